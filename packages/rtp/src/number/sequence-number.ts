declare const sequenceNumberBrand: unique symbol

/** 16 bits, wraps about every 22 minutes at 50 packets a second (RFC 3550 §5.1). Never compare two with `<`: use the distance. */
export type SequenceNumber = number & { readonly [sequenceNumberBrand]: true }

/** The low 16 bits of any integer. */
export const sequenceNumber = (value: number): SequenceNumber => (value & 0xffff) as SequenceNumber

export const addToSequence = (from: SequenceNumber, packets: number): SequenceNumber => sequenceNumber(from + packets)

/** Packets from one to the other, −32 768 to 32 767: positive when `to` is the later one. */
export const sequenceDistance = (from: SequenceNumber, to: SequenceNumber): number => ((to - from) << 16) >> 16
