/** Round-trip estimate: the first retransmission interval (RFC 3261 §17.1.1.1, table 4). */
export const T1_MS = 500
/** The longest retransmission interval of non-INVITE requests and INVITE responses. */
export const T2_MS = 4_000
/** How long a message may remain in the network. */
export const T4_MS = 5_000
/** An INVITE that its user has not answered by then is told 100 (§17.2.1). */
export const TRYING_AFTER_MS = 200

export type Timing = {
  readonly t1Ms: number
  readonly t2Ms: number
  readonly t4Ms: number
  /** TCP and its like repeat for us: no retransmissions, and nothing to absorb at the end. */
  readonly isReliable: boolean
}

export const unreliableTiming: Timing = { t1Ms: T1_MS, t2Ms: T2_MS, t4Ms: T4_MS, isReliable: false }
export const reliableTiming: Timing = { ...unreliableTiming, isReliable: true }

/** Timers by meaning; the letters are those of RFC 3261 table 4 and RFC 6026. */
export type TimerName =
  | 'retransmitRequest' // Timer A, Timer E
  | 'inviteTimeout' // Timer B
  | 'nonInviteTimeout' // Timer F
  | 'cancelTimeout' // §9.1: no final response to a cancelled INVITE
  | 'absorbResponses' // Timer D, Timer K
  | 'absorbSuccesses' // Timer M
  | 'sendTrying' // §17.2.1
  | 'retransmitResponse' // Timer G
  | 'ackTimeout' // Timer H
  | 'absorbAcks' // Timer I
  | 'absorbRequests' // Timer J
  | 'absorbInvites' // Timer L
