import type { Source } from '../audio/sources.ts'
import type { PhoneCall } from '../call/phone-call.ts'
import type { Observed } from './expectation.ts'

/** What a phone does in a call once it is answered, all at once. */
export type CallScript = {
  readonly source?: Source
  /** Digits; a comma waits a second. */
  readonly digits?: string
  readonly digitMethod?: 'rfc4733' | 'info'
  /** Hangs up this long after the answer; without it when the other party does, or `signal` says so. */
  readonly durationMs?: number
  readonly signal?: AbortSignal
}

const COMMA_MS = 1_000
/** Longest call without a `durationMs`. */
const MAX_CALL_MS = 86_400_000

/** Plays its part in an answered call until the end of it. */
export async function playScript(call: PhoneCall, script: CallScript): Promise<void> {
  if (script.source) void call.audio.play(script.source)
  const dialled = sendDigits(call, script)
  await Promise.race([call.until('ended', { timeoutMs: MAX_CALL_MS }), over(script)])
  await call.hangUp()
  await dialled
}

function over({ durationMs = MAX_CALL_MS, signal }: CallScript): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs)
    signal?.addEventListener('abort', () => resolve(), { once: true })
    timer.unref()
  })
}

async function sendDigits(call: PhoneCall, { digits = '', digitMethod = 'rfc4733' }: CallScript): Promise<void> {
  for (const digit of digits) {
    if (call.ended) return
    if (digit === ',') await new Promise((resolve) => setTimeout(resolve, COMMA_MS))
    else await Promise.race([call.sendDigits(digit, { method: digitMethod }), call.until('ended', { timeoutMs: MAX_CALL_MS })])
  }
}

/** A call as expectations look at it. */
export function observe(call: PhoneCall): Observed {
  const atMs = (type: string) => call.events.find((event) => event.type === type)?.atMs
  const answeredMs = atMs('answered')
  const talkedMs = answeredMs === undefined ? 0 : (atMs('ended') ?? answeredMs) - answeredMs
  const { events, digits, ended, media } = call
  return { heard: call.audio.heard, digits, codec: media?.codec, events, ended, talkedMs }
}
