/** How a codec stands loss (ITU-T G.113 Appendix I): equipment impairment Ie and packet-loss robustness Bpl. */
export type CodecQuality = { readonly impairment: number; readonly lossRobustness: number }

export const G711_QUALITY: CodecQuality = { impairment: 0, lossRobustness: 25.1 }
export const G711_QUALITY_WITHOUT_CONCEALMENT: CodecQuality = { impairment: 0, lossRobustness: 4.3 }

export type VoicePath = {
  readonly codec: CodecQuality
  /** Mouth to ear: half the round trip, jitter buffer, packet time. */
  readonly oneWayDelayMs: number
  /** 0 to 1, packets lost and packets too late. */
  readonly lossFraction: number
  /** Mean length of a burst of loss over that of random loss; 1 is random, above is bursty. Default 1. */
  readonly burstRatio?: number
}

/** R0 − Is with all defaults of ITU-T G.107. */
const DEFAULT_RATING = 93.2

/** Rating R of the E-model (ITU-T G.107), with defaults for all that the network does not tell. 0 to 93.2. */
export function estimateRating({ codec, oneWayDelayMs, lossFraction, burstRatio = 1 }: VoicePath): number {
  // Id by the line fitted to G.107 that does without echo: bends where talk begins to suffer.
  const delay = 0.024 * oneWayDelayMs + Math.max(0, 0.11 * (oneWayDelayMs - 177.3))
  const lossPercent = 100 * Math.min(1, Math.max(0, lossFraction))
  const loss = codec.impairment + ((95 - codec.impairment) * lossPercent) / (lossPercent / Math.max(1, burstRatio) + codec.lossRobustness)
  return Math.min(DEFAULT_RATING, Math.max(0, DEFAULT_RATING - delay - loss))
}

/** Mean opinion score, 1 to 4.41 (G.107 Annex B). */
export function estimateMos(path: VoicePath): number {
  const rating = estimateRating(path)
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
}
