declare const rtpTimestampBrand: unique symbol

/** 32 bits of the media clock, wraps after 6 days at 8000 Hz (RFC 3550 §5.1). Never compare two with `<`: use the ticks between. */
export type RtpTimestamp = number & { readonly [rtpTimestampBrand]: true }

/** The low 32 bits of any integer up to 2^53. */
export const rtpTimestamp = (value: number): RtpTimestamp => (value >>> 0) as RtpTimestamp

export const addTicks = (from: RtpTimestamp, ticks: number): RtpTimestamp => rtpTimestamp(from + ticks)

/** Clock ticks from one to the other, −2^31 to 2^31 − 1: positive when `to` is the later one. */
export const ticksBetween = (from: RtpTimestamp, to: RtpTimestamp): number => (to - from) | 0
