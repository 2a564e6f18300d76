import type { Readable } from 'node:stream'
import { constants, crc32, createDeflateRaw } from 'node:zlib'

export type ZipEntry = { readonly name: string; readonly time: Date; readonly open: () => Promise<Readable> }

/** What 32 bits can say, of the whole file and of each entry. */
export const MAX_ZIP_OCTETS = 0xffff_ffff

type Written = {
  readonly name: Buffer
  readonly time: number
  readonly crc: number
  readonly packed: number
  readonly whole: number
  readonly at: number
}

const LOCAL = 0x0403_4b50
const DESCRIPTOR = 0x0807_4b50
const CENTRAL = 0x0201_4b50
const END = 0x0605_4b50
const VERSION = 20
/** Sizes follow the content (bit 3); names are UTF-8 (bit 11). */
const FLAGS = 0x0808
const DEFLATE = 8

/**
 * A ZIP file (PKWARE APPNOTE 6.3.10), written as its entries are read:
 *
 *     local head · name · content · descriptor   of each entry
 *     central head · name                        of each entry
 *     end of central directory
 */
export async function* zipOf(entries: readonly ZipEntry[]): AsyncGenerator<Buffer> {
  const written: Written[] = []
  let at = 0
  for (const { name, time, open } of entries) {
    const head = { name: Buffer.from(name), time: dosTime(time), at }
    yield localHead(head)
    const sizes = { crc: 0, packed: 0, whole: 0 }
    yield* deflated(await open(), sizes)
    yield descriptor(sizes)
    written.push({ ...head, ...sizes })
    at += 30 + head.name.length + sizes.packed + 16
  }
  const central = Buffer.concat(written.map(centralHead))
  yield central
  yield endOf(written.length, central.length, at)
}

type Sizes = { crc: number; packed: number; whole: number }

async function* deflated(content: Readable, sizes: Sizes): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level: constants.Z_BEST_SPEED })
  content.on('data', (chunk: Buffer) => {
    sizes.crc = crc32(chunk, sizes.crc)
    sizes.whole += chunk.length
  })
  content.once('error', (error) => deflate.destroy(error))
  content.pipe(deflate)
  for await (const chunk of deflate) {
    sizes.packed += (chunk as Buffer).length
    yield chunk as Buffer
  }
}

/** signature 4 · version 2 · flags 2 · method 2 · time 4 · crc, packed, whole 12: later · name length 2 · extra length 2 */
function localHead({ name, time }: Pick<Written, 'name' | 'time'>): Buffer {
  const head = Buffer.alloc(30)
  head.writeUInt32LE(LOCAL, 0)
  head.writeUInt16LE(VERSION, 4)
  head.writeUInt16LE(FLAGS, 6)
  head.writeUInt16LE(DEFLATE, 8)
  head.writeUInt32LE(time, 10)
  head.writeUInt16LE(name.length, 26)
  return Buffer.concat([head, name])
}

function descriptor({ crc, packed, whole }: Sizes): Buffer {
  const octets = Buffer.alloc(16)
  for (const [index, value] of [DESCRIPTOR, crc, packed, whole].entries()) octets.writeUInt32LE(value, index * 4)
  return octets
}

/** signature 4 · made by 2 · version 2 · flags 2 · method 2 · time 4 · crc, packed, whole 12 · name length 2 · … · where its local head is 4 */
function centralHead({ name, time, crc, packed, whole, at }: Written): Buffer {
  const head = Buffer.alloc(46)
  head.writeUInt32LE(CENTRAL, 0)
  head.writeUInt16LE(VERSION, 4)
  head.writeUInt16LE(VERSION, 6)
  head.writeUInt16LE(FLAGS, 8)
  head.writeUInt16LE(DEFLATE, 10)
  head.writeUInt32LE(time, 12)
  for (const [index, value] of [crc, packed, whole].entries()) head.writeUInt32LE(value, 16 + index * 4)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt32LE(at, 42)
  return Buffer.concat([head, name])
}

function endOf(count: number, centralOctets: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(centralOctets, 12)
  end.writeUInt32LE(at, 16)
  return end
}

/** Two seconds at a time since 1980: hour 5, minute 6, second/2 5; year 7, month 4, day 5 above them. */
function dosTime(time: Date): number {
  const date = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate()
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)
  return ((date << 16) | clock) >>> 0
}
