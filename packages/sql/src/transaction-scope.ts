import { AsyncLocalStorage } from 'node:async_hooks'

/** `isOpen` ends with the transaction: a timer set inside it lives on in its scope. */
type Scope = { isOpen: boolean }
const storage = new AsyncLocalStorage<Scope>()

/** Runs `work` so that everything it awaits knows that it stands inside a transaction. */
export async function runInsideTransaction<T>(work: () => Promise<T>): Promise<T> {
  const scope: Scope = { isOpen: true }
  try {
    return await storage.run(scope, work)
  } finally {
    scope.isOpen = false
  }
}

/**
 * Whether the caller stands inside a transaction. Bus, cache and HTTP clients throw there: their wait would hold row
 * locks and, on SQLite, may wait for the very transaction that waits for them.
 */
export const isInsideTransaction = (): boolean => storage.getStore()?.isOpen === true

/** @throws TypeError inside a transaction, where another session would wait for the one that is open, or see its past */
export function refuseInsideTransaction(): void {
  if (isInsideTransaction()) throw new TypeError('Only `tx` may be used inside a transaction: no other read, no other transaction')
}
