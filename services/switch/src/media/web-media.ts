import { createHash } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type BlobStore, blobIdOfUrl } from '@voipbin/blob'
import type { Outbound } from '@voipbin/outbound'
import type { Clock } from '@voipbin/service-kit'

type Copy = { readonly file: string; readonly octets: number; readonly etag: string; readonly lastModified: string; freshUntil: number }
export type WebMediaOptions = {
  readonly outbound: Pick<Outbound, 'request'>
  readonly folder: string
  readonly maxOctets: number
  readonly clock: Clock
  /** Blobs that are not on this machine's own disk. */
  readonly blobs: Pick<BlobStore, 'open'>
}

/** A prompt that was played a moment ago is not asked for again. */
const FRESH_MS = 30_000

/**
 * Media of the web and of the object store, with copies on disk: the least recently played go first. A copy that is no longer fresh is asked about by its ETag or
 * date, and serves on where its server does not answer.
 */
export class WebMedia {
  readonly #options: WebMediaOptions
  readonly #copies = new Map<string, Copy>()
  readonly #fetching = new Map<string, Promise<string>>()
  #octets = 0
  #files = 0

  constructor(options: WebMediaOptions) {
    this.#options = options
  }

  get octets(): number {
    return this.#octets
  }

  /** Makes the folder, empty: nothing is known of copies that an earlier life left. */
  async open(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true })
    await mkdir(this.#options.folder, { recursive: true })
  }

  /** The file that holds what is at a URL. Rejects where it cannot be had; the fetch itself goes on for others who asked. */
  async fetch(url: string, signal: AbortSignal): Promise<string> {
    let fetching = this.#fetching.get(url)
    if (!fetching) {
      fetching = this.#have(url).finally(() => this.#fetching.delete(url))
      this.#fetching.set(url, fetching)
    }
    const file = await fetching
    signal.throwIfAborted()
    return file
  }

  async #have(url: string): Promise<string> {
    const known = this.#copies.get(url)
    if (known && this.#options.clock.monotonic() < known.freshUntil) return this.#touch(url, known)
    const blobId = blobIdOfUrl(url)
    if (blobId !== undefined) return known ? this.#touch(url, known) : this.#haveBlob(url, blobId)
    const validators = {
      ...(known?.etag && { 'if-none-match': known.etag }),
      ...(known?.lastModified && { 'if-modified-since': known.lastModified }),
    }
    try {
      const answer = await this.#options.outbound.request({ url, method: 'GET', headers: { accept: 'audio/*, */*;q=0.1', ...validators } })
      if (answer.status === 304 && known) return this.#touch(url, { ...known, freshUntil: this.#options.clock.monotonic() + FRESH_MS })
      if (answer.status !== 200) throw new Error(`Cannot fetch ${JSON.stringify(url)}: ${answer.status}`)
      if (!answer.isComplete) throw new Error(`Cannot fetch ${JSON.stringify(url)}: too large`)
      return await this.#keep(url, answer.body, answer.headers)
    } catch (error) {
      if (known) return this.#touch(url, known)
      throw error
    }
  }

  /** A blob never changes: one copy is good for ever. */
  async #haveBlob(url: string, blobId: string): Promise<string> {
    const blob = await this.#options.blobs.open(blobId)
    if (!blob) throw new Error(`There is no file for ${JSON.stringify(url)}`)
    return this.#keep(url, blob.content, {})
  }

  async #keep(url: string, body: Uint8Array | Readable, headers: Readonly<Record<string, unknown>>): Promise<string> {
    const name = createHash('sha256').update(url).digest('hex')
    const file = join(this.#options.folder, `${name}.${++this.#files}.wav`)
    await writeFile(`${file}.part`, body)
    const { size: octets } = await stat(`${file}.part`)
    await rename(`${file}.part`, file)
    this.#drop(url)
    this.#octets += octets
    const copy = { file, octets, etag: String(headers['etag'] ?? ''), lastModified: String(headers['last-modified'] ?? '') }
    return this.#touch(url, { ...copy, freshUntil: this.#options.clock.monotonic() + FRESH_MS })
  }

  /** Makes it the most recently played, and lets go of what no longer fits. */
  #touch(url: string, copy: Copy): string {
    this.#copies.delete(url)
    this.#copies.set(url, copy)
    for (const oldest of this.#copies.keys()) {
      if (this.#octets <= this.#options.maxOctets || oldest === url) break
      this.#drop(oldest)
    }
    return copy.file
  }

  /** A player that has the file open reads on to its end. */
  #drop(url: string): void {
    const copy = this.#copies.get(url)
    if (!copy) return
    this.#copies.delete(url)
    this.#octets -= copy.octets
    void rm(copy.file, { force: true })
  }
}
