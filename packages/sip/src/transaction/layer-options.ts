import type { InviteGlance } from '../message/invite-glance.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { ReplyPath } from '../transport/via-stamps.ts'
import type { ServerTransaction } from './server-transaction.ts'
import type { Timing } from './timing.ts'
import type { Scheduler, TransportPort } from './transport-port.ts'

/** Who uses transactions: the user agent above them (RFC 3261 §5, "TU"). */
export type TransactionUser = {
  /** A new request. Whoever gets it answers it, at once or later. Never ACK or CANCEL. */
  onRequest(request: SipRequest, transaction: ServerTransaction): void
  /** An ACK that belongs to no transaction: that of a 2xx, found by its dialog. */
  onAck(ack: SipRequest, flow: Flow): void
  /** A 2xx to an INVITE whose transaction is over: acknowledged again by its dialog (RFC 3261 §13.2.2.4). */
  onStraySuccess(response: SipResponse): void
}

/** What is to be made of a new request before anything is kept of it. `drop`: no answer at all. */
export type Screening = 'pass' | 'drop' | { readonly status: number; readonly retryAfterSeconds?: number }

/** New INVITEs that are refused before they are parsed: under overload, what a refusal costs is what live calls miss. */
export type GlanceOptions = {
  /** Whether any is likely to be refused now. */
  readonly isWanted: () => boolean
  /** As `screen`; what passes is parsed and screened. */
  readonly screen: (glance: InviteGlance, flow: Flow) => Screening
  readonly send: (octets: Buffer, path: ReplyPath) => void
}

export type TransactionLayerOptions = {
  readonly transport: TransportPort
  readonly scheduler: Scheduler
  readonly user: TransactionUser
  /** Shorter timers for tests; reliability is the route's. */
  readonly timing?: Timing
  /** New requests beyond this many server transactions get 503 at once. */
  readonly maxServerTransactions?: number
  /** Asked of each new request, but not of repeats, ACK and CANCEL: whoever is overloaded or attacked refuses cheaply, without a transaction. */
  readonly screen?: (request: SipRequest, flow: Flow) => Screening
  readonly glance?: GlanceOptions
  /** Characters of a fresh token; random where not injected. */
  readonly newToken?: () => string
}

/** What happened and is no one's business in particular. */
export type TransactionCounts = {
  strayResponses: number
  wrongViaResponses: number
  strayCancels: number
  mergedRequests: number
  refusedByLoad: number
  /** Answered or dropped by `screen`. */
  screened: number
  unroutable: number
}

export const noCounts = (): TransactionCounts => ({
  ...{ strayResponses: 0, wrongViaResponses: 0, strayCancels: 0, mergedRequests: 0, refusedByLoad: 0, screened: 0, unroutable: 0 },
})
