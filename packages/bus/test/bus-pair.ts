import type { Bus } from '../src/index.ts'

/** The buses of two processes; inside one process they are the same. */
export type BusPair = { readonly one: Bus; readonly two: Bus; close(): Promise<void> }
export type OpenBuses = () => Promise<BusPair>
