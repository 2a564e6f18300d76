import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const note = z.object({ id: z.string(), url: z.string(), customerId: z.string() })
/** A recording that is to be brought somewhere. */
export type Spooled = Readonly<z.output<typeof note>>

/**
 * Recordings of this node: `<id>.wav`, and beside each that is to be brought away `<id>.json`, which says where to, so that the next life
 * of the node goes on with what this one leaves behind.
 */
export class Spool {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
  }

  fileOf(id: string): string {
    return join(this.#folder, `${id}.wav`)
  }

  /** On the disk before the recording begins. */
  async note(spooled: Spooled): Promise<void> {
    const file = this.#noteOf(spooled.id)
    await writeFile(`${file}.part`, JSON.stringify(spooled))
    await rename(`${file}.part`, file)
  }

  /** The note goes first: a file without one stays, a note without its file would be looked for. */
  async remove(id: string): Promise<void> {
    await rm(this.#noteOf(id), { force: true })
    await rm(this.fileOf(id), { force: true })
  }

  /** What earlier lives have left. Notes that cannot be read are passed over. */
  async left(): Promise<Spooled[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'))
    const read = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8').then(parse, () => undefined)))
    return read.flatMap((each) => each ?? [])
  }

  #noteOf(id: string): string {
    return join(this.#folder, `${id}.json`)
  }
}

function parse(text: string): Spooled | undefined {
  try {
    return note.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
