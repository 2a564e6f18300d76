/** Big-endian numbers in octets. Callers have checked the bounds; past the end reads as 0. */

export const readUint16 = (octets: Uint8Array, at: number): number => ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)

export const readUint24 = (octets: Uint8Array, at: number): number => (readUint16(octets, at) << 8) | (octets[at + 2] ?? 0)

export const readUint32 = (octets: Uint8Array, at: number): number =>
  (((octets[at] ?? 0) << 24) | ((octets[at + 1] ?? 0) << 16) | ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0)) >>> 0

export function writeUint16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8
  octets[at + 1] = value
}

export function writeUint24(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 16
  writeUint16(octets, at + 1, value)
}

export function writeUint32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24
  octets[at + 1] = value >>> 16
  octets[at + 2] = value >>> 8
  octets[at + 3] = value
}
