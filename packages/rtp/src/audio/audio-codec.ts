/**
 * Samples ↔ octets, without state and without allocation. Samples are 16-bit, mono. Both write from the start of their target, which must
 * be large enough.
 */
export type AudioCodec = {
  readonly name: string
  readonly clockRateHz: number
  readonly sampleRateHz: number
  readonly octetsPerSample: number
  /** @returns samples written */
  decode(octets: Uint8Array, start: number, end: number, samples: Int16Array): number
  /** Writes `sampleCount` samples at `at`. @returns octets written */
  encode(samples: Int16Array, sampleCount: number, octets: Uint8Array, at: number): number
}
