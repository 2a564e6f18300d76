/** Q.850 causes that rules of ours name. 200 and above are the platform's own (see `call`). */
export const NORMAL_CLEARING = 16
export const USER_BUSY = 17
export const NO_USER_RESPONSE = 18
export const NO_ANSWER = 19
export const CALL_REJECTED = 21
export const ANSWERED_ELSEWHERE = 26
export const DESTINATION_OUT_OF_ORDER = 27
export const TEMPORARY_FAILURE = 41
export const SWITCH_CONGESTION = 42
/** What every rule against fraud ends a call with. */
export const OUTGOING_CALLS_BARRED = 52
export const INCOMPATIBLE = 88
export const TIMER_EXPIRED = 102
export const INTERWORKING = 127

/** What a cause says in SIP to a caller who is refused: what Asterisk says, so that both kinds of node refuse alike. */
const statuses: Readonly<Record<number, number>> = {
  1: 404,
  2: 404,
  3: 404,
  17: 486,
  18: 408,
  19: 480,
  20: 480,
  21: 403,
  22: 410,
  25: 482,
  26: 486,
  27: 502,
  28: 484,
  29: 501,
  31: 480,
  34: 503,
  38: 500,
  41: 503,
  42: 503,
  52: 403,
  58: 488,
  66: 503,
  88: 488,
  102: 504,
  127: 500,
}

/** The status that refuses an INVITE for a cause. A cause that says nothing of why, such as normal clearing, declines. */
export const statusOf = (cause: number): number => statuses[cause] ?? 603

const causes: Readonly<Record<number, number>> = {
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 127,
  406: 58,
  407: 21,
  408: 18,
  410: 22,
  413: 127,
  414: 127,
  415: 58,
  420: 127,
  480: 19,
  481: 127,
  482: 127,
  483: 19,
  484: 28,
  485: 1,
  486: 17,
  487: 16,
  488: 58,
  500: 38,
  501: 29,
  502: 27,
  503: 34,
  504: 102,
  505: 127,
  600: 17,
  603: 21,
  604: 1,
  606: 58,
}

/** The cause of a final response that carries no Reason of its own. */
export function causeOfStatus(status: number): number {
  const known = causes[status]
  if (known !== undefined) return known
  if (status < 400) return 23 // redirected, and we did not follow
  return status < 500 ? INTERWORKING : 38
}
