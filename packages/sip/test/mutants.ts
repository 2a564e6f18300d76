import { readdirSync, readFileSync } from 'node:fs'

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

const folder = new URL('./vectors/rfc4475/', import.meta.url)
const seeds = readdirSync(folder)
  .filter((name) => name.endsWith('.dat'))
  .sort()
  .map((name) => readFileSync(new URL(name, folder)))

/** What parsers stumble over. */
const morsels = [
  '\r\n',
  '\r\n\r\n',
  '\r',
  '\n',
  ' ',
  '\t',
  ',',
  ';',
  '"',
  '\\',
  '<',
  '>',
  '%',
  '%00',
  '?',
  '@',
  ':',
  '[',
  ']',
  '=',
  '*',
  '\0',
  '\xff',
]
  .concat([
    'Content-Length: 4294967296',
    'l: -1',
    'Via: ',
    'v:SIP/2.0/UDP [',
    'SIP/2.0',
    'é',
    '(((((',
    '9'.repeat(400),
    ',,,,',
    ';;;;',
    'a'.repeat(9_000),
  ])
  .map((text) => Buffer.from(text, 'latin1'))

/** One message of RFC 4475 with one or two changes: octets flipped, cut, doubled, moved, or morsels put in. */
export function mutant(random: (below: number) => number): Buffer {
  let octets: Buffer = Buffer.from(seeds[random(seeds.length)] ?? [])
  for (let changes = 1 + random(2); changes > 0; changes--) octets = change(octets, random)
  return octets
}

function change(octets: Buffer, random: (below: number) => number): Buffer {
  const at = random(octets.length + 1)
  const to = Math.min(octets.length, at + random(64))
  const slice = octets.subarray(at, to)
  switch (random(20)) {
    case 0:
      return octets.subarray(0, at)
    case 1:
    case 2: {
      const other = seeds[random(seeds.length)] ?? slice
      const from = random(other.length + 1)
      return Buffer.concat([octets.subarray(0, at), other.subarray(from, from + random(200)), octets.subarray(at)])
    }
    case 3:
    case 4:
      return Buffer.concat([octets.subarray(0, at), octets.subarray(to)])
    case 5:
    case 6:
      return Buffer.concat([octets.subarray(0, to), slice, octets.subarray(to)])
    case 7:
    case 8:
    case 9:
    case 10: {
      const copy = Buffer.from(octets)
      if (at < copy.length) copy[at] = random(256)
      return copy
    }
    default:
      return Buffer.concat([octets.subarray(0, at), morsels[random(morsels.length)] ?? slice, octets.subarray(at)])
  }
}
