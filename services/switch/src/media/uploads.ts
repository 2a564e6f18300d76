import { createReadStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { type BlobStore, blobIdOfUrl } from '@voipbin/blob'
import type { Outbound } from '@voipbin/outbound'
import { type Clock, type Logger, sleep } from '@voipbin/service-kit'
import type { Subject, Teller } from '../node/teller.ts'

type Wanted = { readonly url: string; readonly customerId: string }
export type UploadsOptions = {
  readonly outbound: Pick<Outbound, 'request'>
  readonly blobs: Pick<BlobStore, 'put'>
  readonly clock: Clock
  readonly log: Logger
  readonly tell: Teller
}

/** Seconds between tries; after the last the file stays on this node. */
const DELAYS_S = [1, 2, 4, 8, 16, 32, 60, 120, 300]

/** Brings finished recordings to where they were asked to be put. */
export class Uploads {
  readonly #options: UploadsOptions
  readonly #wanted = new Map<string, Wanted>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  /** A recording that is to be put somewhere when it has ended. */
  expect(id: string, wanted: Wanted): void {
    if (wanted.url !== '') this.#wanted.set(id, wanted)
  }

  failed(id: string): void {
    this.#wanted.delete(id)
  }

  finished(id: string, file: string): void {
    const wanted = this.#wanted.get(id)
    if (!wanted) return
    this.#wanted.delete(id)
    const work = this.#put(id, file, wanted).finally(() => this.#underWay.delete(work))
    this.#underWay.add(work)
  }

  /** Waits for no more tries: what has not been put by now stays in the folder. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#underWay)
  }

  async #put(id: string, file: string, { url, customerId }: Wanted): Promise<void> {
    const { clock, log, tell } = this.#options
    const recording: Subject = { kind: 'recording', id, customerId, seq: 0 }
    let error = ''
    for (const delayS of [0, ...DELAYS_S]) {
      if (delayS > 0) await sleep(clock, delayS * 1_000, this.#stop.signal)
      if (this.#stop.signal.aborted && delayS > 0) break
      error = await this.#try(url, file)
      if (error !== '') continue
      await rm(file, { force: true })
      return tell(recording, 'recording.stored', { recording_id: id, is_stored: true, error: '' })
    }
    log.error('a recording could not be put where it belongs; it stays here', { recording_id: id, file, error })
    tell(recording, 'recording.stored', { recording_id: id, is_stored: false, error: error.slice(0, 255) })
  }

  /** @returns why it did not work; empty where it did */
  async #try(url: string, file: string): Promise<string> {
    try {
      const blobId = blobIdOfUrl(url)
      if (blobId !== undefined) {
        await this.#options.blobs.put(createReadStream(file), () => blobId)
        return ''
      }
      const body = await readFile(file)
      const { status } = await this.#options.outbound.request({ url, method: 'PUT', headers: { 'content-type': 'audio/wav' }, body })
      return status >= 200 && status < 300 ? '' : `the store answered ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
