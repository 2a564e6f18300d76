import { addMilliseconds } from '@voipbin/contracts/time'
import type { WebhookAttempt, WebhookDelivery } from '@voipbin/contracts/webhook'

/**
 * delivered: 2xx. rejected: any other answer that will not change. failed: no answer, or one that may change.
 * refused: our own guard let nothing out.
 */
export type Verdict = 'delivered' | 'rejected' | 'failed' | 'refused'
export type Outcome = {
  readonly attempt: WebhookAttempt
  readonly verdict: Verdict
  /** How long the receiver asked us to wait. */
  readonly retryAfterMs: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** Waits after the first, second, … failure; the last goes on. */
const BACKOFF_MS = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR]
const GIVE_UP_MS = 24 * HOUR
const LONGEST_RETRY_AFTER_MS = HOUR
/** Replays add to them; more than this nobody reads. */
const ATTEMPTS_KEPT = 50

/** 408, 425 and 429 say "not now"; other 4xx say "not this". */
export function verdictOf(status: number): 'delivered' | 'rejected' | 'failed' {
  if (status >= 200 && status < 300) return 'delivered'
  return status >= 500 || status === 408 || status === 425 || status === 429 ? 'failed' : 'rejected'
}

/** `Retry-After` as seconds or as a date (RFC 9110 §10.2.3), an hour at most. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0
  const wait = /^\d+$/.test(header) ? Number(header) * SECOND : Date.parse(header) - nowMs
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS)
}

type Tried = Pick<WebhookDelivery, 'attempt_count' | 'tries' | 'tm_queue'> & { readonly attempts: readonly WebhookAttempt[] }
export type Settled = Pick<WebhookDelivery, 'state' | 'attempt_count' | 'last_status_code' | 'last_error' | 'tm_next' | 'tries'> & {
  readonly attempts: readonly WebhookAttempt[]
}

/** What a delivery is after one more attempt. */
export function settle(delivery: Tried, { attempt, verdict, retryAfterMs }: Outcome, now: string): Settled {
  const tm_next = verdict === 'failed' ? nextTry(delivery, retryAfterMs, now) : null
  const final = { delivered: 'delivered', rejected: 'rejected', failed: 'dead', refused: 'dead' } as const
  return {
    state: tm_next === null ? final[verdict] : 'waiting',
    attempt_count: delivery.attempt_count + 1,
    last_status_code: attempt.status_code,
    last_error: attempt.error,
    tm_next,
    tries: delivery.tries + 1,
    attempts: [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT),
  }
}

/** A day is counted from the event, so what queued up behind a dead receiver is tried once and given up, not a day each. */
function nextTry({ tries, tm_queue }: Tried, retryAfterMs: number, now: string): string | null {
  const backoffMs = BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] ?? 0
  const due = addMilliseconds(now, Math.max(backoffMs, retryAfterMs))
  return due > addMilliseconds(tm_queue, GIVE_UP_MS) ? null : due
}
