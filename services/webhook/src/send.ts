import { type Outbound, type OutboundAnswer, OutboundFailed, OutboundRefused } from '@voipbin/outbound'
import type { Clock, Metrics } from '@voipbin/service-kit'
import { type Outcome, retryAfterMs, verdictOf } from './delivery.ts'
import type { PassEnd } from './gate.ts'
import type { Receiver } from './receivers.ts'
import { signatureHeaders } from './signature.ts'

export type Message = { readonly id: string; readonly body: string }
export type Sent = Outcome & { readonly ended: PassEnd }
/** One request to the receiver, signed anew. @returns undefined where it was stopped because the service ends */
export type Send = (message: Message, receiver: Receiver) => Promise<Sent | undefined>

type Parts = { readonly outbound: Outbound; readonly clock: Clock; readonly metrics: Metrics; readonly ending: AbortSignal }
type Result = Omit<Sent, 'attempt'> & { readonly status: number; readonly error: string }

export function createSend({ outbound, clock, metrics, ending }: Parts): Send {
  const seconds = metrics.histogram('voipbin_webhook_attempt_seconds', 'Requests to webhooks of customers, by what came of them', [
    'verdict',
  ])

  async function request({ id, body }: Message, { uri, method, secrets }: Receiver): Promise<Result | undefined> {
    const timestamp = Math.floor(clock.now() / 1000)
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'VoIPBIN-Webhook/1',
      ...signatureHeaders({ id, timestamp, body }, secrets),
    }
    try {
      return fromAnswer(await outbound.request({ url: uri, method, headers, body, signal: ending }), clock.now())
    } catch (error) {
      return fromError(error)
    }
  }

  return async (message, receiver) => {
    const tm_start = clock.time()
    const start = clock.monotonic()
    const result = await request(message, receiver)
    if (!result) return undefined
    const durationMs = clock.monotonic() - start
    const { verdict, status, error, retryAfterMs: waitMs, ended } = result
    seconds.observe({ verdict }, durationMs / 1000)
    const { uri, method } = receiver
    const attempt = { tm_start, duration_ms: Math.round(durationMs), method, uri, status_code: status, error }
    return { attempt, verdict, retryAfterMs: waitMs, ended }
  }
}

function fromAnswer({ status, headers }: OutboundAnswer, nowMs: number): Result {
  return { verdict: verdictOf(status), retryAfterMs: retryAfterMs(headers['retry-after'], nowMs), status, error: '', ended: 'answered' }
}

function fromError(error: unknown): Result | undefined {
  const none = { retryAfterMs: 0, status: 0 }
  if (error instanceof OutboundRefused) return { ...none, verdict: 'refused', error: `${error.rule}: ${error.message}`, ended: 'other' }
  if (!(error instanceof OutboundFailed)) throw error
  if (error.code === 'ABORTED') return undefined
  return { ...none, verdict: 'failed', error: `${error.code}: ${error.message}`, ended: error.code === 'TIMEOUT' ? 'timed out' : 'other' }
}
