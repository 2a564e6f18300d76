import { networkOf } from '@voipbin/service-kit'
import { BoundedTable } from './bounded-table.ts'
import { type Rate, RateTable } from './rate-table.ts'

export type AbuseLimits = {
  /** Wrong digests of one source before it is banned. */
  readonly wrongDigests: Rate
  /** Malformed messages of one connection's source before it is banned. */
  readonly malformed: Rate
  /** Anonymous INVITEs of one source. */
  readonly anonymous: Rate
  /** Unauthenticated OPTIONS of one source. */
  readonly options: Rate
  readonly banMs: number
  /** Sources that are never banned nor held to a rate. */
  readonly isAllowed: (address: string) => boolean
}

export type AbuseOptions = {
  readonly limits: AbuseLimits
  readonly now: () => number
  readonly onBan?: (ban: { readonly source: string; readonly ms: number }) => void
  /** Sources and users remembered of each kind. */
  readonly maxRemembered?: number
}

const MAX_REMEMBERED = 50_000
/** Guesses at one user from everywhere, before only those who have proved themselves may try. */
const GUESSES_AT_USER: Rate = { count: 50, windowMs: 10 * 60_000 }
const OFFENCE_MS = 86_400_000
const LONGEST_BAN_MS = 3_600_000
/** A source stays trusted with a user for as long as a phone may go without registering. */
const PROVED_MS = 7 * 86_400_000

/**
 * Counts what honest peers seldom do, and bans who does it often. A source is an IPv4 address or an IPv6 /64. Over UDP a source may be
 * forged, so nothing counts against one that its owner need not have sent: a wrong digest needs a nonce that was sent to that address, and
 * what is malformed counts over connections only.
 */
export class Abuse {
  readonly #options: AbuseOptions
  readonly #bans: BoundedTable<true>
  /** Bans so far: each next one is twice as long. */
  readonly #offences: BoundedTable<number>
  readonly #wrongDigests: RateTable
  readonly #guesses: RateTable
  readonly #malformed: RateTable
  readonly #anonymous: RateTable
  readonly #optionsAsked: RateTable
  /** `source user` pairs of right digests. */
  readonly #proved: BoundedTable<true>

  constructor(options: AbuseOptions) {
    const { limits, now, maxRemembered: max = MAX_REMEMBERED } = options
    const rates = (rate: Rate) => new RateTable(rate, { max, now })
    this.#options = options
    this.#bans = new BoundedTable({ max, now })
    this.#offences = new BoundedTable({ max, now })
    this.#proved = new BoundedTable({ max, now })
    this.#wrongDigests = rates(limits.wrongDigests)
    this.#guesses = rates(GUESSES_AT_USER)
    this.#malformed = rates(limits.malformed)
    this.#anonymous = rates(limits.anonymous)
    this.#optionsAsked = rates(limits.options)
  }

  isBanned(address: string): boolean {
    return this.#bans.get(networkOf(address)) !== undefined
  }

  /** A digest that a known nonce and no password made. */
  wrongDigest(address: string, user: string): void {
    this.#guesses.take(user)
    if (!this.#wrongDigests.take(networkOf(address))) this.#ban(address)
  }

  rightDigest(address: string, user: string): void {
    this.#proved.set(`${networkOf(address)} ${user}`, true, PROVED_MS)
  }

  /**
   * Whether a user is being guessed at, from many sources even, and this source never got it right: then it is told the same as ever, and
   * nothing is checked. The owner goes on from where the phone is.
   */
  isGuessed(address: string, user: string): boolean {
    return !this.#guesses.hasMore(user) && this.#proved.get(`${networkOf(address)} ${user}`) === undefined
  }

  malformed(address: string, isConnection: boolean): void {
    if (isConnection && !this.#malformed.take(networkOf(address))) this.#ban(address)
  }

  /** Whether one more anonymous call may come. */
  mayCallAnonymously = (address: string): boolean => this.#takes(this.#anonymous, address)
  /** Whether one more OPTIONS is answered. */
  mayAskOptions = (address: string): boolean => this.#takes(this.#optionsAsked, address)

  #takes(table: RateTable, address: string): boolean {
    return this.#options.limits.isAllowed(address) || table.take(networkOf(address))
  }

  #ban(address: string): void {
    const { limits, onBan } = this.#options
    const source = networkOf(address)
    if (limits.isAllowed(address) || this.#bans.get(source)) return
    const before = this.#offences.get(source) ?? 0
    const ms = Math.min(limits.banMs * 2 ** before, Math.max(LONGEST_BAN_MS, limits.banMs))
    this.#offences.set(source, before + 1, OFFENCE_MS)
    this.#bans.set(source, true, ms)
    onBan?.({ source, ms })
  }
}
