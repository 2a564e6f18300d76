import { describe } from 'vitest'
import type { OpenBuses } from './bus-pair.ts'
import { describeClosing } from './conformance-closing.ts'
import { describeEvents } from './conformance-events.ts'
import { describeRequests } from './conformance-requests.ts'
import { describeWatches } from './conformance-watches.ts'

/** What every implementation of `Bus` must do. */
export function describeBus(name: string, open: OpenBuses): void {
  describe(name, () => {
    describeRequests(open)
    describeEvents(open)
    describeWatches(open)
    describeClosing(open)
  })
}
