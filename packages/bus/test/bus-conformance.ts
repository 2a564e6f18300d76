import { describe } from 'vitest'
import type { Bus } from '../src/index.ts'
import { describeClosing } from './conformance-closing.ts'
import { describeEvents } from './conformance-events.ts'
import { describeRequests } from './conformance-requests.ts'
import { describeWatches } from './conformance-watches.ts'

/** The buses of two processes; inside one process they are the same. */
export type BusPair = { readonly one: Bus; readonly two: Bus; close(): Promise<void> }
export type OpenBuses = () => Promise<BusPair>

/** What every implementation of `Bus` must do. */
export function describeBus(name: string, open: OpenBuses): void {
  describe(name, () => {
    describeRequests(open)
    describeEvents(open)
    describeWatches(open)
    describeClosing(open)
  })
}
