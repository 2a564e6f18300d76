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

const morsels = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  ':',
  '/',
  '=',
  '\0',
  'é',
  '9'.repeat(30),
  'a=',
  'm=',
  'c=IN IP4 ',
  '::',
  '0.0.0.0',
  '-1',
  'm=audio 0 ',
]
  .concat(['a=rtpmap:', 'a=fmtp:', 'a=ptime:1e9', 'a=rtcp:0', 'a=rtcp:65535', 'a=inactive\r\n', 'x'.repeat(5_000), ' 0'.repeat(200)])
  .concat(['m=audio 9 RTP/AVP 0\r\n'.repeat(40)])

/** A body with one to three changes: a character changed, text cut out, doubled, moved over from another body, or a morsel put in. */
export function mutant(seeds: readonly string[], random: (below: number) => number): string {
  let text = seeds[random(seeds.length)] ?? ''
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(text.length + 1)
    const to = Math.min(text.length, at + random(40))
    const other = seeds[random(seeds.length)] ?? ''
    const from = random(other.length + 1)
    const middle = [
      '',
      String.fromCharCode(random(256)),
      text.slice(at, to) + text.slice(at, to),
      other.slice(from, from + random(200)),
      morsels[random(morsels.length)] ?? '',
      morsels[random(morsels.length)] ?? '',
    ][random(6)]
    text = text.slice(0, at) + middle + text.slice(to)
  }
  return text
}
