/** Sums in 32 bits: 65 536 loudest voices fit. */
export function addTo(sum: Int32Array, samples: Int16Array): void {
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (samples[index] ?? 0)
}

/** The sum, cut where it is too loud for 16 bits. */
export function clip(sum: Int32Array, into: Int16Array): void {
  for (let index = 0; index < sum.length; index++) into[index] = Math.max(-32_768, Math.min(32_767, sum[index] ?? 0))
}

/** The sum without one of its voices: nobody hears himself. */
export function clipWithout(sum: Int32Array, own: Int16Array, into: Int16Array): void {
  for (let index = 0; index < sum.length; index++) {
    into[index] = Math.max(-32_768, Math.min(32_767, (sum[index] ?? 0) - (own[index] ?? 0)))
  }
}
