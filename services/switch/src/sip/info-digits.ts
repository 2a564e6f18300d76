import { contentTypeHeader, type SipRequest } from '@voipbin/sip'

export type PressedDigit = { readonly digit: string; readonly durationMs: number }

const DEFAULT_DURATION_MS = 250
const MAX_DURATION_MS = 5_000

/**
 * The digit of an INFO. `application/dtmf-relay` is lines such as `Signal=5` and `Duration=160`; `application/dtmf` is the digit alone.
 * RFC 2833 event numbers 10 and 11 stand for * and #. Undefined: it tells of no digit.
 */
export function digitOf({ headers, body }: SipRequest): PressedDigit | undefined {
  const type = headers.one(contentTypeHeader)
  const text = Buffer.from(body).toString('latin1')
  if (type?.type !== 'application') return undefined
  if (type.subtype === 'dtmf') return pressed(text.trim(), undefined)
  if (type.subtype !== 'dtmf-relay') return undefined
  const signal = /^\s*signal\s*=\s*(\S+)\s*$/im.exec(text)?.[1] ?? ''
  return pressed(signal, /^\s*duration\s*=\s*(\d{1,6})\s*$/im.exec(text)?.[1])
}

const events: Readonly<Record<string, string>> = { '10': '*', '11': '#', '12': 'A', '13': 'B', '14': 'C', '15': 'D' }

function pressed(signal: string, duration: string | undefined): PressedDigit | undefined {
  const digit = (events[signal] ?? signal).toUpperCase()
  if (!/^[0-9*#A-D]$/.test(digit)) return undefined
  return { digit, durationMs: Math.min(Number(duration ?? DEFAULT_DURATION_MS), MAX_DURATION_MS) }
}

/** The body of an INFO that presses a digit (`application/dtmf-relay`). */
export const dtmfRelay = ({ digit, durationMs }: PressedDigit): Uint8Array => Buffer.from(`Signal=${digit}\r\nDuration=${durationMs}\r\n`)
