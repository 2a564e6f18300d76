import { type AudioCodec, l16, pcma, pcmu } from '@voipbin/rtp'
import { type Codec, L16_8000, PCMA, PCMU } from '@voipbin/sdp'
import { SAMPLE_RATE_HZ } from './sources.ts'

const codecs: Readonly<Record<string, { readonly codec: Codec; readonly audio: AudioCodec }>> = {
  PCMU: { codec: PCMU, audio: pcmu },
  PCMA: { codec: PCMA, audio: pcma },
  L16: { codec: L16_8000, audio: l16(SAMPLE_RATE_HZ) },
}
const find = (name: string) => (Object.hasOwn(codecs, name.toUpperCase()) ? codecs[name.toUpperCase()] : undefined)

/** A codec of the phone, as it is offered; undefined for a name that it does not have. */
export const codecNamed = (name: string): Codec | undefined => find(name)?.codec

/** How a codec that was agreed on is spoken; undefined for what the phone does not have. */
export const audioCodecOf = ({ name, clockRateHz }: Codec): AudioCodec | undefined =>
  clockRateHz === SAMPLE_RATE_HZ ? find(name)?.audio : undefined
