import { contentTypeHeader, type SipRequest } from '@voipbin/sip'

/** The digit of an INFO with `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`); undefined where there is none. */
export function readInfoDigit(request: SipRequest): string | undefined {
  const type = request.headers.one(contentTypeHeader)
  if (type?.type !== 'application') return undefined
  const text = Buffer.from(request.body).toString('latin1')
  const written =
    type.subtype === 'dtmf-relay' ? /^Signal\s*=\s*(\S+)/im.exec(text)?.[1] : type.subtype === 'dtmf' ? text.trim() : undefined
  return written !== undefined && /^[0-9*#A-D]$/i.test(written) ? written.toUpperCase() : undefined
}

export const infoDigitBody = (digit: string, durationMs: number): Uint8Array => Buffer.from(`Signal=${digit}\r\nDuration=${durationMs}\r\n`)
