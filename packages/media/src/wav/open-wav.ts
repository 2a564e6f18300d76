import type { MediaFiles, ReadableFile } from '../files/media-files.ts'
import { parseWavFormat, sampleOctets, type WavFormat, WavSyntaxError } from './wav-format.ts'

export type OpenWav = {
  readonly file: ReadableFile
  readonly format: WavFormat
  /** Where samples begin and how many octets of whole ones there are. */
  readonly dataStart: number
  readonly dataOctets: number
}

const MAX_CHUNKS = 64

/**
 * Finds the samples of a file. A size that says more than there is, or nothing, is that of a file which was never finished: what is there
 * is played.
 * @throws WavSyntaxError, or what the system says of the file
 */
export async function openWav(files: MediaFiles, path: string): Promise<OpenWav> {
  const file = await files.openToRead(path)
  try {
    return await readHead(file)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readHead(file: ReadableFile): Promise<OpenWav> {
  const riff = await readAt(file, 0, 12)
  if (riff.toString('latin1', 0, 4) !== 'RIFF' || riff.toString('latin1', 8, 12) !== 'WAVE') throw new WavSyntaxError('it is no RIFF WAVE')
  let format: WavFormat | undefined
  let position = 12
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
    const head = await readAt(file, position, 8)
    const name = head.toString('latin1', 0, 4)
    const octets = head.readUInt32LE(4)
    position += 8
    if (name === 'data') return withData({ file, format, dataStart: position, octets })
    if (name === 'fmt ') format = parseWavFormat(await readAt(file, position, Math.min(octets, 40)))
    position += octets + (octets % 2) // chunks begin at even places
  }
  throw new WavSyntaxError('it has no samples')
}

type Found = { readonly file: ReadableFile; readonly format: WavFormat | undefined; readonly dataStart: number; readonly octets: number }

function withData({ file, format, dataStart, octets }: Found): OpenWav {
  if (!format) throw new WavSyntaxError('its samples come before their format')
  const there = Math.max(0, file.octets - dataStart)
  const block = format.channels * sampleOctets[format.encoding]
  const claimed = octets === 0 ? there : Math.min(octets, there)
  return { file, format, dataStart, dataOctets: claimed - (claimed % block) }
}

async function readAt(file: ReadableFile, position: number, octets: number): Promise<Buffer> {
  const into = Buffer.alloc(octets)
  if ((await file.read(into, position)) < octets) throw new WavSyntaxError('it ends too soon')
  return into
}
