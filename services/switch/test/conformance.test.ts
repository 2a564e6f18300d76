import { createMediaEngine } from '@voipbin/media'
import { describeSwitch } from './conformance.ts'
import { startSwitch } from './start-switch.ts'

describeSwitch('the embedded switch', () =>
  startSwitch({ openEngine: () => createMediaEngine({ firstPort: 22_000, lastPort: 22_399, workers: 1 }) }),
)
