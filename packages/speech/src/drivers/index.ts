import { createFliteDriver } from '../flite/flite-driver.ts'
import type { SpeechDriver } from '../speech-driver.ts'
import type { DriverParts } from './driver-parts.ts'
import { createElevenlabsDriver } from './elevenlabs.ts'
import { createGoogleDriver } from './google.ts'
import { createOpenaiDriver } from './openai.ts'
import { createPollyDriver } from './polly.ts'

/** Every driver by the name that customers give it. Undefined where a key is missing. */
export const drivers = {
  gcp: createGoogleDriver,
  aws: createPollyDriver,
  elevenlabs: createElevenlabsDriver,
  openai: createOpenaiDriver,
  flite: ({ after }) => createFliteDriver({ after }),
} satisfies Record<string, (parts: DriverParts) => SpeechDriver | undefined>

export type DriverName = keyof typeof drivers
export const driverNames = Object.keys(drivers) as readonly DriverName[]
