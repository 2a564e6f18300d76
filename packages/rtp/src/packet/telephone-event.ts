import { readUint16, writeUint16 } from './octets.ts'

export const TELEPHONE_EVENT_OCTETS = 4
export const MAX_EVENT_TICKS = 0xffff
const END = 0x80
const VOLUME = 0x3f

/** Events 0 to 15 (RFC 4733 §3.2). */
const DIGITS = '0123456789*#ABCD'

/** A digit's event; undefined for what is no digit. */
export function eventOfDigit(digit: string): number | undefined {
  const event = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1
  return event < 0 ? undefined : event
}

export const digitOfEvent = (event: number): string | undefined => DIGITS[event]

/**
 * One payload of telephone-event (RFC 4733 §2.3), read like an `RtpPacket`: make one, read every payload into it.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |     event     |E|R| volume    |          duration             |
 * ```
 */
export class TelephoneEvent {
  event = 0
  isEnd = false
  /** dB below the reference, 0 to 63. */
  volume = 0
  /** Since the RTP timestamp, in its clock. */
  durationTicks = 0

  /** @returns false when the payload is too short. Of several events in one payload, as RFC 2833 had them, the first counts. */
  read(octets: Uint8Array, start: number, end: number): boolean {
    if (end - start < TELEPHONE_EVENT_OCTETS || end > octets.length) return false
    const second = octets[start + 1] ?? 0
    this.event = octets[start] ?? 0
    this.isEnd = second >= END
    this.volume = second & VOLUME
    this.durationTicks = readUint16(octets, start + 2)
    return true
  }
}

/** Writes the four octets at `at`. */
export function writeTelephoneEvent(octets: Uint8Array, at: number, fields: Readonly<Omit<TelephoneEvent, 'read'>>): void {
  octets[at] = fields.event
  octets[at + 1] = (fields.isEnd ? END : 0) | (fields.volume & VOLUME)
  writeUint16(octets, at + 2, fields.durationTicks)
}
