import { type Codec, isSameCodec, isTelephoneEvent, type NumberedCodec } from '../description/codec.ts'

/** The number that the peer gives a codec, for each of ours that it knows, in our order. */
export function commonCodecs(own: readonly Codec[], peer: readonly NumberedCodec[]): NumberedCodec[] {
  return own.flatMap((codec) => {
    const match = peer.find((other) => isSameCodec(codec, other))
    return match && !isTelephoneEvent(match) ? [match] : []
  })
}

/** The telephone-event on the clock of the codec, else on 8000, which phones offer beside any codec; others would not fit the stream. */
export function telephoneEventFor(codec: Codec, peer: readonly NumberedCodec[]): NumberedCodec | undefined {
  const events = peer.filter(isTelephoneEvent)
  return events.find(({ clockRateHz }) => clockRateHz === codec.clockRateHz) ?? events.find(({ clockRateHz }) => clockRateHz === 8_000)
}
