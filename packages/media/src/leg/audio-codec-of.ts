import { type AudioCodec, l16, pcma, pcmu } from '@voipbin/rtp'
import type { LegCodec } from '../media-engine.ts'

const linear = new Map<number, AudioCodec>()

/** One object for each codec, so that equal codecs are the same one. */
export function audioCodecOf({ name, clockRate }: LegCodec): AudioCodec {
  if (name === 'PCMU') return pcmu
  if (name === 'PCMA') return pcma
  const known = linear.get(clockRate) ?? l16(clockRate)
  linear.set(clockRate, known)
  return known
}
