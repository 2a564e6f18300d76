import { createFliteDriver } from '../flite/flite-driver.ts'
import type { SpeechDriver } from '../speech-driver.ts'

/** Keys of vendors; one that is empty leaves its driver out. */
export type SpeechSettings = Readonly<Record<never, string>>

export type DriverParts = {
  readonly settings: SpeechSettings
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly after: (ms: number, callback: () => void) => () => void
}

/** Every driver by the name that customers give it. @returns undefined where a key is missing */
export const drivers = {
  flite: ({ after }: DriverParts) => createFliteDriver({ after }),
} satisfies Record<string, (parts: DriverParts) => SpeechDriver | undefined>

export type DriverName = keyof typeof drivers
export const driverNames = Object.keys(drivers) as readonly DriverName[]
