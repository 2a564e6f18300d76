import { createLocalBus } from '../src/index.ts'
import { describeBus } from './bus-conformance.ts'

describeBus('local bus', async () => {
  const bus = createLocalBus()
  return { one: bus, two: bus, close: () => bus.close() }
})
