/** Seconds since 1900, modulo 2^32, and 1/2^32 of a second (RFC 3550 §4). */
export type NtpTime = { readonly seconds: number; readonly fraction: number }

declare const compactNtpBrand: unique symbol
/** The middle 32 bits of an NTP time: 16 bits of seconds, 16 of fraction. Wraps every 18 hours. */
export type CompactNtp = number & { readonly [compactNtpBrand]: true }

/** 1900-01-01 to 1970-01-01. */
const UNIX_EPOCH_SECONDS = 2_208_988_800
const COMPACT_UNITS_PER_SECOND = 65_536

export function ntpTime(unixMs: number): NtpTime {
  const wholeSeconds = Math.floor(unixMs / 1_000)
  const fraction = Math.floor(((unixMs - wholeSeconds * 1_000) / 1_000) * 2 ** 32)
  return { seconds: (wholeSeconds + UNIX_EPOCH_SECONDS) >>> 0, fraction: fraction >>> 0 }
}

export const compactNtp = ({ seconds, fraction }: NtpTime): CompactNtp => (((seconds << 16) | (fraction >>> 16)) >>> 0) as CompactNtp

/** Any 32 bits as they came off the wire. */
export const compactNtpBits = (value: number): CompactNtp => (value >>> 0) as CompactNtp

/** The unit of DLSR (RFC 3550 §6.4.1), at most 2^32 − 1. */
export const compactNtpUnits = (ms: number): number =>
  Math.min(2 ** 32 - 1, Math.max(0, Math.round((ms * COMPACT_UNITS_PER_SECOND) / 1_000)))

/**
 * Round-trip time of a report block (RFC 3550 §6.4.1): now − LSR − DLSR.
 * @returns milliseconds, not below 0; undefined when the peer had no report of ours, or the sum makes no sense (over half a minute)
 */
export function roundTripMs(lastReport: CompactNtp, delaySinceLastReport: number, now: CompactNtp): number | undefined {
  if (lastReport === 0) return undefined
  const units = (now - lastReport - delaySinceLastReport) | 0
  const ms = (units * 1_000) / COMPACT_UNITS_PER_SECOND
  if (ms > 30_000 || ms < -1_000) return undefined
  return Math.max(0, ms)
}
