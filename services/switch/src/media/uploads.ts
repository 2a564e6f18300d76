import { createReadStream } from 'node:fs'
import { type BlobStore, blobIdOfUrl } from '@voipbin/blob'
import { measureWav } from '@voipbin/media'
import type { Outbound } from '@voipbin/outbound'
import { type Clock, type Logger, sleep } from '@voipbin/service-kit'
import type { Subject, Teller } from '../node/teller.ts'
import type { Spool, Spooled } from './spool.ts'
import { createTurns } from './turns.ts'

export type UploadsOptions = {
  readonly outbound: Pick<Outbound, 'request'>
  readonly blobs: Pick<BlobStore, 'put'>
  readonly spool: Spool
  readonly clock: Clock
  readonly log: Logger
  readonly tell: Teller
  readonly published: () => Promise<void>
}

type Work = {
  readonly spooled: Spooled
  /** The recording has ended, however. */
  readonly over: PromiseWithResolvers<void>
  /** It was brought away, or could not be at the first try. */
  readonly tried: PromiseWithResolvers<void>
}

type Failure = { readonly error: string; readonly isFinal: boolean }

/** Seconds between tries; the last of them again and again: what was recorded is not given up. */
const DELAYS_S = [1, 2, 4, 8, 16, 32, 60, 120, 300]
const AT_ONCE = 4
/** How long a node that stops waits for the bus. What is not told by then is brought again in its next life. */
const STOP_PATIENCE_MS = 5_000
/** Whoever wants to hear a recording has stopped it: so long until it has ended. */
const OVER_PATIENCE_MS = 5_000

/** Brings recordings to where they were asked to be put, those of earlier lives of this node as well. */
export class Uploads {
  readonly #options: UploadsOptions
  readonly #works = new Map<string, Work>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  readonly #inTurn = createTurns(AT_ONCE)

  constructor(options: UploadsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#works.size
  }

  /** Goes on with what earlier lives have left: their recordings have ended, if only because the process did. */
  async open(): Promise<void> {
    for (const spooled of await this.#options.spool.left()) {
      this.#add(spooled)
      this.over(spooled.id)
    }
  }

  /** A recording that is to be put somewhere once it has ended. */
  async expect(spooled: Spooled): Promise<void> {
    if (spooled.url === '' || this.#works.has(spooled.id)) return
    this.#add(spooled)
    try {
      await this.#options.spool.note(spooled)
    } catch (error) {
      this.#works.delete(spooled.id)
      throw error
    }
  }

  /** It never began. */
  async forget(id: string): Promise<void> {
    if (this.#works.delete(id)) await this.#options.spool.remove(id)
  }

  over(id: string): void {
    const work = this.#works.get(id)
    if (!work) return
    work.over.resolve()
    const bringing = this.#bring(work).finally(() => this.#underWay.delete(bringing))
    this.#underWay.add(bringing)
  }

  /** Where the content of a blob is that this node has recorded and not brought away yet. Waits for the end of a recording. */
  async find(blobId: string, signal: AbortSignal): Promise<string | undefined> {
    const work = [...this.#works.values()].find(({ spooled }) => spooled.url === `blob:${blobId}`)
    if (!work) return undefined
    const { spool, clock } = this.#options
    const waiting = new AbortController()
    const tooLate = sleep(clock, OVER_PATIENCE_MS, AbortSignal.any([signal, waiting.signal])).then(() => false)
    const isOver = await Promise.race([work.over.promise.then(() => true), tooLate])
    waiting.abort()
    signal.throwIfAborted()
    if (!isOver) throw new Error('It is still being recorded')
    await work.tried.promise
    return this.#works.has(work.spooled.id) ? spool.fileOf(work.spooled.id) : undefined
  }

  /** Waits for no more tries: what has not been put by now stays in the folder. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#underWay)
  }

  #add(spooled: Spooled): void {
    this.#works.set(spooled.id, { spooled, over: Promise.withResolvers(), tried: Promise.withResolvers() })
  }

  async #bring(work: Work): Promise<void> {
    const { clock } = this.#options
    const { spooled } = work
    const subject: Subject = { kind: 'recording', id: spooled.id, customerId: spooled.customerId, seq: 0 }
    let lastError = ''
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#inTurn(async () => (this.#stop.signal.aborted ? 'stopped' : this.#try(spooled, subject)))
      if (failure === 'stopped') break
      if (failure && failure.error !== lastError) this.#failed(spooled, subject, failure.error)
      if (!failure || failure.isFinal) return this.#done(work)
      work.tried.resolve()
      lastError = failure.error
      const delayS = DELAYS_S[Math.min(attempt, DELAYS_S.length - 1)] ?? 0
      if (!this.#stop.signal.aborted) await sleep(clock, delayS * 1_000, this.#stop.signal)
    }
    work.tried.resolve()
  }

  async #done({ spooled, tried }: Work): Promise<void> {
    this.#works.delete(spooled.id)
    tried.resolve()
    if (await this.#isPublished()) await this.#options.spool.remove(spooled.id)
  }

  /** Told when it fails, and when it fails otherwise; that it is tried again needs no telling. */
  #failed({ id }: Spooled, subject: Subject, error: string): void {
    const { log, tell } = this.#options
    log.error('a recording could not be put where it belongs', { recording_id: id, error })
    tell(subject, 'recording.stored', { recording_id: id, is_stored: false, error: error.slice(0, 255), octets: 0, duration_ms: 0 })
  }

  /** @returns why it did not work; undefined where it did, and was told */
  async #try({ id, url }: Spooled, subject: Subject): Promise<Failure | undefined> {
    const { spool, tell } = this.#options
    const file = spool.fileOf(id)
    // Of our own file only: what a store lacks, or says that nobody can read, is no reason to give up what was recorded.
    let isOurs = true
    try {
      const { octets, durationMs } = await measureWav(file)
      isOurs = false
      await this.#put(url, file, octets)
      tell(subject, 'recording.stored', { recording_id: id, is_stored: true, error: '', octets, duration_ms: durationMs })
      return undefined
    } catch (error) {
      if (isOurs && isNothing(error)) return { error: 'nothing was recorded', isFinal: true }
      return { error: error instanceof Error ? error.message : String(error), isFinal: false }
    }
  }

  async #put(url: string, file: string, octets: number): Promise<void> {
    const { blobs, outbound } = this.#options
    const blobId = blobIdOfUrl(url)
    if (blobId !== undefined) {
      await blobs.put(createReadStream(file), () => blobId)
      return
    }
    const body = { octets, open: () => createReadStream(file) }
    const { status } = await outbound.request({ url, method: 'PUT', headers: { 'content-type': 'audio/wav' }, body })
    if (status < 200 || status > 299) throw new Error(`the store answered ${status}`)
  }

  async #isPublished(): Promise<boolean> {
    const { clock, published } = this.#options
    const stopped = new Promise<void>((resolve) => {
      if (this.#stop.signal.aborted) resolve()
      else this.#stop.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const tooLate = stopped.then(() => sleep(clock, STOP_PATIENCE_MS)).then(() => false)
    return Promise.race([published().then(() => true), tooLate])
  }
}

/** There is no file, or not even the head of one: its process died as it began. */
const isNothing = (error: unknown) => error instanceof SyntaxError || (error as { code?: unknown }).code === 'ENOENT'
