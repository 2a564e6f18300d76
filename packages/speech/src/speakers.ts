import { findSpeechProblem, type Readiness, type SpeechProblem, type Wish } from './check-speech.ts'
import type { DriverParts } from './drivers/driver-parts.ts'
import { type DriverName, driverNames, drivers } from './drivers/index.ts'
import type { SpeechDriver } from './speech-driver.ts'

/** Other words for a vendor, as customers and the original write them. */
const aliases: Readonly<Record<string, string>> = { google: 'gcp', polly: 'aws', amazon: 'aws' }

/** The drivers that have all they need, and which of them is asked first. */
export type Speakers = {
  readonly names: readonly string[]
  /** `unknown`: no such vendor. `missing`: its key is not set here. */
  check(provider: string): Readiness
  /** What keeps a wish from ever being spoken here as it is; undefined: nothing. */
  problemOf(wish: Wish): SpeechProblem | undefined
  /** Who is tried for a text, best first: whom the customer named, then those made for the language, then the rest. */
  plan(wanted: { readonly provider: string; readonly language: string }): readonly SpeechDriver[]
  close(): Promise<void>
}

/** @param order names of drivers, the preferred first; those left out are never used */
export function openSpeakers(order: readonly string[], parts: DriverParts): Speakers {
  const ready = order.flatMap((name) => {
    const create = isKnown(name) ? drivers[name] : undefined
    return create?.(parts) ?? []
  })
  const nameOf = (provider: string) => {
    const name = provider.trim().toLowerCase()
    return aliases[name] ?? name
  }
  const check = (provider: string): Readiness => {
    const name = nameOf(provider)
    if (name === '' || ready.some((driver) => driver.name === name)) return 'ready'
    return isKnown(name) ? 'missing' : 'unknown'
  }
  const plan = ({ provider, language }: { readonly provider: string; readonly language: string }) => {
    const wanted = nameOf(provider)
    const rank = (driver: SpeechDriver) => (driver.name === wanted ? 0 : driver.speaks(language) ? 1 : 2)
    return ready.toSorted((left, right) => rank(left) - rank(right))
  }
  const names = ready.map(({ name }) => name)
  return {
    ...{ names, check, plan },
    problemOf: (wish) => findSpeechProblem(wish, { names, readiness: check(wish.provider), first: plan(wish)[0] }),
    close: async () => void (await Promise.all(ready.map((driver) => driver.close()))),
  }
}

const isKnown = (name: string): name is DriverName => (driverNames as readonly string[]).includes(name)
