import type { AudioCodec } from '@voipbin/rtp'

type Encoded = { readonly payload: Uint8Array; isFresh: boolean }

/** One frame that many hear, encoded once for each codec among them. */
export class SharedEncoding {
  readonly #encoded = new Map<AudioCodec, Encoded>()

  /** Another frame: what was encoded is old. */
  renew(): void {
    for (const encoded of this.#encoded.values()) encoded.isFresh = false
  }

  of(codec: AudioCodec, frame: Int16Array): Uint8Array {
    let encoded = this.#encoded.get(codec)
    if (!encoded || encoded.payload.length !== frame.length * codec.octetsPerSample) {
      encoded = { payload: new Uint8Array(frame.length * codec.octetsPerSample), isFresh: false }
      this.#encoded.set(codec, encoded)
    }
    if (!encoded.isFresh) codec.encode(frame, frame.length, encoded.payload, 0)
    encoded.isFresh = true
    return encoded.payload
  }
}
