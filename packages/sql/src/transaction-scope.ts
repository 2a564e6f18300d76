import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<true>()

/** Runs `work` so that everything it awaits knows that it stands inside a transaction. */
export const runInsideTransaction = <T>(work: () => Promise<T>): Promise<T> => scope.run(true, work)

/**
 * Whether the caller stands inside a transaction. Bus, cache and HTTP clients throw there: their wait would hold row
 * locks and, on SQLite, may wait for the very transaction that waits for them.
 */
export const isInsideTransaction = (): boolean => scope.getStore() === true
