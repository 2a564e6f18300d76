import { realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Media } from '@voipbin/contracts/switch'
import type { Source } from '@voipbin/media'
import type { WebMedia } from './web-media.ts'

export type MediaSourcesOptions = {
  /** Of all services of this machine. What is in it may be played; nothing else on the disk may. */
  readonly dataDir: string
  readonly web: WebMedia
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
    return { file: await this.#local(url) }
  }

  /** `file:` and `blob:` URLs. A blob is a file of that name among the blobs of this machine. */
  async #local(url: string): Promise<string> {
    const path = this.#pathOf(url)
    const folder = await realpath(this.#options.dataDir)
    const file = await realpath(path).catch(() => undefined)
    if (file === undefined || !file.startsWith(folder + sep)) throw new Error(`There is no file for ${JSON.stringify(url)}`)
    return file
  }

  #pathOf(url: string): string {
    if (/^file:/i.test(url)) {
      try {
        return fileURLToPath(url)
      } catch (cause) {
        throw new Error(`Cannot read ${JSON.stringify(url)} as a file URL`, { cause })
      }
    }
    if (/^blob:/i.test(url)) return resolve(join(this.#options.dataDir, 'blobs', url.slice('blob:'.length)))
    throw new Error(`Cannot play ${JSON.stringify(url)}: only http, https, blob and file URLs`)
  }
}
