import { customerContract } from '@voipbin/contracts/customer'
import { type Watch, watch } from '@voipbin/service-kit'
import type { Caller } from './caller.ts'

/** How long an answer about a credential is believed: a revocation that no event told of takes effect after this. */
export const BELIEVED_MS = 10_000
const MAX_REMEMBERED = 10_000

export type Known = { readonly caller: Caller; readonly keyId: string; readonly expiresAtMs: number }

export type RecentCallers = {
  /**
   * The caller behind a credential; undefined where there is none. Lookups of one credential at one time are one lookup.
   * @param whole what is looked up, where what it is remembered by is a hash of it
   */
  of(credential: string, whole?: string): Promise<Caller | undefined>
  /** Forgets whoever matches, and remembers no lookup that is on its way. */
  forget(matches: (known: Known) => boolean): void
  /** There is a new credential: what was unknown may be known now. */
  forgetUnknown(): void
}

type Parts = {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly look: (credential: string) => Promise<Known | undefined>
  readonly maxRemembered?: number
}

/** Remembers who is behind which credential. Unknown ones are remembered apart, so that a stranger's guesses displace nobody. */
export function createRecentCallers({ now, look, maxRemembered = MAX_REMEMBERED }: Parts): RecentCallers {
  const known = createBoundedMap<Known & { readonly untilMs: number }>(maxRemembered)
  const unknownUntilMs = createBoundedMap<number>(maxRemembered)
  const underway = new Map<string, Promise<Known | undefined>>()
  let generation = 0

  async function lookOnce(credential: string, whole: string): Promise<Known | undefined> {
    const begun = generation
    const untilMs = now() + BELIEVED_MS
    const found = await look(whole)
    if (begun !== generation) return found
    if (found) known.set(credential, { ...found, untilMs: Math.min(untilMs, found.expiresAtMs) })
    else unknownUntilMs.set(credential, untilMs)
    return found
  }

  function lookTogether(credential: string, whole: string): Promise<Known | undefined> {
    const same = underway.get(credential)
    if (same) return same
    const lookup = lookOnce(credential, whole).finally(() => {
      if (underway.get(credential) === lookup) underway.delete(credential)
    })
    underway.set(credential, lookup)
    return lookup
  }

  return {
    async of(credential, whole = credential) {
      const remembered = known.get(credential)
      if (remembered && remembered.untilMs > now()) return remembered.caller
      if ((unknownUntilMs.get(credential) ?? 0) > now()) return undefined
      const found = await lookTogether(credential, whole)
      return found && found.expiresAtMs > now() ? found.caller : undefined
    },
    forget(matches) {
      generation++
      underway.clear()
      known.deleteWhere(matches)
    },
    forgetUnknown() {
      generation++
      underway.clear()
      unknownUntilMs.deleteWhere(() => true)
    },
  }
}

/** Whatever a customer becomes, its callers are asked for anew. */
export function forgetCustomers(recent: Pick<RecentCallers, 'forget'>): readonly Watch[] {
  const events = ['customer_updated', 'customer_frozen', 'customer_recovered', 'customer_deleted'] as const
  return events.map((type) =>
    watch(customerContract, type, ({ data }) => recent.forget(({ caller }) => caller.actor.customer_id === data.id)),
  )
}

/** Two generations of a map: the old one goes as a whole when the young one is full, so no entry needs an order. */
function createBoundedMap<T>(maxEntries: number) {
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  return {
    get: (key: string) => young.get(key) ?? old.get(key),
    set(key: string, value: T) {
      if (young.size >= maxEntries / 2) {
        old = young
        young = new Map()
      }
      young.set(key, value)
    },
    deleteWhere(matches: (value: T) => boolean) {
      for (const map of [young, old]) for (const [key, value] of map) if (matches(value)) map.delete(key)
    },
  }
}
