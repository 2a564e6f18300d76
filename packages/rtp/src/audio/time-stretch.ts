/**
 * Makes speech shorter or longer without changing its pitch, by waveform similarity: a stretch of one pitch period or so is cut out or said
 * twice, with a cross-fade where the joint shows least.
 */

/** Of the joint, in samples at 8000 Hz. */
const FADE_SAMPLES = 40
const MIN_LAG = 20

/** The most that one frame may lose or gain: a little over a third of it. */
export const maxStretch = (frameSamples: number): number => Math.floor((frameSamples * 3) / 8)

const fadeSamples = (frameSamples: number): number => Math.min(FADE_SAMPLES * Math.max(1, frameSamples / 160), frameSamples >> 2)

/**
 * Fills `frame` from `heard`, which holds `frame.length + maxStretch` samples.
 * @returns samples of `heard` used up: more than the frame has
 */
export function shorten(heard: Int16Array, frame: Int16Array): number {
  const fade = fadeSamples(frame.length)
  const lag = bestLag(heard, 0, fade, maxStretch(frame.length))
  for (let at = 0; at < frame.length; at++) {
    const later = heard[at + lag] ?? 0
    frame[at] = at < fade ? blend(heard[at] ?? 0, later, (at + 1) / (fade + 1)) : later
  }
  return frame.length + lag
}

/**
 * Fills `frame` from `heard`, which holds `frame.length` samples.
 * @returns samples of `heard` used up: fewer than the frame has
 */
export function lengthen(heard: Int16Array, frame: Int16Array): number {
  const fade = fadeSamples(frame.length)
  const most = maxStretch(frame.length)
  const lag = bestLag(heard, most, fade, -most)
  for (let at = 0; at < frame.length; at++) {
    const again = heard[at - lag] ?? 0
    if (at < most) frame[at] = heard[at] ?? 0
    else frame[at] = at < most + fade ? blend(heard[at] ?? 0, again, (at - most + 1) / (fade + 1)) : again
  }
  return frame.length - lag
}

const blend = (from: number, to: number, share: number): number => Math.round(from * (1 - share) + to * share)

/** The lag at which `heard` from `start` is most like itself further on (`most` positive) or before (negative). @returns its size */
function bestLag(heard: Int16Array, start: number, compared: number, most: number): number {
  const sign = Math.sign(most)
  let best = MIN_LAG
  let bestScore = Number.NEGATIVE_INFINITY
  for (let lag = MIN_LAG; lag <= Math.abs(most); lag++) {
    let product = 0
    let energy = 1
    for (let at = start; at < start + compared; at++) {
      const moved = heard[at + sign * lag] ?? 0
      product += (heard[at] ?? 0) * moved
      energy += moved * moved
    }
    const score = product / Math.sqrt(energy)
    if (score > bestScore) {
      bestScore = score
      best = lag
    }
  }
  return best
}
