/** 16 bits, mono. */
export type Sound = { readonly rate: number; readonly samples: Int16Array }

export const durationMs = ({ rate, samples }: Sound): number => Math.round((samples.length * 1_000) / rate)

/** Samples of a vendor's raw answer: 16 bits, least significant octet first. A half sample at the end is dropped. */
export function fromPcm(octets: Uint8Array, rate: number): Sound {
  const samples = new Int16Array(Math.floor(octets.length / 2))
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(index * 2, true)
  return { rate, samples }
}
