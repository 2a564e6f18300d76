import { createMediaEngine } from '@voipbin/media'
import { createSwitch } from './node/create-switch.ts'

export { createSwitch } from './node/create-switch.ts'
export type { SwitchParts } from './node/open-switch.ts'

/** The switch of this platform, with its own media. */
export const switchService = createSwitch({
  openEngine: ({ rtpPortFirst, rtpPortLast, mediaWorkers, musicFolder, toneCountry }) =>
    createMediaEngine({
      ...{ firstPort: rtpPortFirst, lastPort: rtpPortLast, country: toneCountry },
      ...(mediaWorkers > 0 && { workers: mediaWorkers }),
      ...(musicFolder !== '' && { musicFolder }),
    }),
})
