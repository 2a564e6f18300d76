import { describe } from 'vitest'
import type { Bus } from '../src/index.ts'
import { describeRequests } from './conformance-requests.ts'

/** The buses of two processes; inside one process they are the same. */
export type BusPair = { readonly one: Bus; readonly two: Bus; close(): Promise<void> }
export type OpenBuses = () => Promise<BusPair>

/** What every implementation of `Bus` must do. */
export function describeBus(name: string, open: OpenBuses): void {
  describe(name, () => {
    describeRequests(open)
  })
}
