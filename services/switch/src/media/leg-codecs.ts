import type { LegCodec } from '@voipbin/media'
import { type Codec, L16_8000, L16_16000, type NegotiatedCodec, PCMA, PCMU } from '@voipbin/sdp'

/** Codecs by the names that settings and commands give them. */
const named: Readonly<Record<string, Codec>> = {
  PCMU,
  PCMA,
  ULAW: PCMU,
  ALAW: PCMA,
  L16: L16_8000,
  'L16/8000': L16_8000,
  'L16/16000': L16_16000,
}

/** Those of a list that we have, in its order. */
export const codecsNamed = (names: readonly string[]): readonly Codec[] => {
  const found = names.flatMap((name) => named[name.trim().toUpperCase()] ?? [])
  return [...new Set(found)]
}

/** As the engine carries it; undefined where it does not. */
export function legCodec({ name, clockRateHz, sendPayloadType, receivePayloadType }: NegotiatedCodec): LegCodec | undefined {
  const upper = name.toUpperCase()
  if (upper !== 'PCMU' && upper !== 'PCMA' && upper !== 'L16') return undefined
  return { name: upper, clockRate: clockRateHz, sendPayloadType, receivePayloadType }
}
