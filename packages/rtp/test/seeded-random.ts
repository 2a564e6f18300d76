/** A small seeded generator (mulberry32), so that a mutant that fails can be made again from its seed and number. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Octets with one to three changes: one set, some cut, doubled, or put in. */
export function mutantOf(seeds: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
  let octets = Buffer.from(seeds[random(seeds.length)] ?? [])
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(octets.length + 1)
    const to = Math.min(octets.length, at + random(16))
    const change = random(5)
    if (change === 0) octets = octets.subarray(0, at)
    else if (change === 1) octets = Buffer.concat([octets.subarray(0, at), octets.subarray(to)])
    else if (change === 2) octets = Buffer.concat([octets.subarray(0, to), octets.subarray(at, to), octets.subarray(to)])
    else {
      octets = Buffer.from(octets)
      if (at < octets.length) octets[at] = change === 3 ? random(256) : ([0, 0xff, 0x80, 0x7f][random(4)] ?? 0)
    }
  }
  return octets
}
