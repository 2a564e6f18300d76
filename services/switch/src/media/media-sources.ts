import { access, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BlobStore, blobIdOfUrl } from '@voipbin/blob'
import type { Media } from '@voipbin/contracts/switch'
import type { Source } from '@voipbin/media'
import type { WebMedia } from './web-media.ts'

export type MediaSourcesOptions = {
  /** Of all services of this machine. What is in it may be played; nothing else on the disk may. */
  readonly dataDir: string
  readonly web: WebMedia
  readonly blobs: Pick<BlobStore, 'file'>
  /** What this node has recorded and not yet put into the store: it is heard from here. */
  readonly recorded: { find(blobId: string, signal: AbortSignal): Promise<string | undefined> }
}

/** What a command wants to be heard, as the engine plays it. */
export class MediaSources {
  readonly #options: MediaSourcesOptions

  constructor(options: MediaSourcesOptions) {
    this.#options = options
  }

  /** Rejects where there is nothing to play, with a text for people. */
  async find(media: Media, signal: AbortSignal): Promise<Source> {
    if ('tone' in media) return { tone: media.tone, ...(media.duration_ms !== undefined && { durationMs: media.duration_ms }) }
    if ('silence_ms' in media) return { silenceMs: media.silence_ms }
    const { url } = media
    if (/^https?:/i.test(url)) return { file: await this.#options.web.fetch(url, signal) }
    const blobId = blobIdOfUrl(url)
    if (blobId === undefined) return { file: await this.#local(url, pathOf(url)) }
    const file = (await this.#options.recorded.find(blobId, signal)) ?? this.#options.blobs.file(blobId)
    if (file === undefined) return { file: await this.#options.web.fetch(url, signal) }
    await access(file).catch(() => missing(url))
    return { file }
  }

  async #local(url: string, path: string): Promise<string> {
    const folder = await realpath(this.#options.dataDir)
    const file = await realpath(path).catch(() => undefined)
    return file?.startsWith(folder + sep) ? file : missing(url)
  }
}

function missing(url: string): never {
  throw new Error(`There is no file for ${JSON.stringify(url)}`)
}

function pathOf(url: string): string {
  if (!/^file:/i.test(url)) throw new Error(`Cannot play ${JSON.stringify(url)}: only http, https, blob and file URLs`)
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw new Error(`Cannot read ${JSON.stringify(url)} as a file URL`, { cause })
  }
}
