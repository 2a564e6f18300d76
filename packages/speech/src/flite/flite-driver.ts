import { Worker } from 'node:worker_threads'
import type { Sound } from '../sound/sound.ts'
import { baseLanguage, type Gender, type SpeechDriver, SpeechFailed, type SpeechRequest } from '../speech-driver.ts'
import type { FliteAnswer, FliteOrder, FlitePart } from './messages.ts'
import { speakable } from './speakable.ts'

const RATE = 8_000
/** Where one text takes longer, the engine hangs in it, and its thread is ended. */
const LONGEST_MS = 20_000
/** A thread that nothing is asked of gives its memory back. */
const IDLE_MS = 60_000
/** Orders that wait at most: each is a caller who hears nothing. */
const MAX_WAITING = 200

const voices = ['slt', 'rms', 'awb', 'kal16', 'kal'] as const
const byGender: Readonly<Record<Gender, string>> = { female: 'slt', male: 'rms', neutral: 'slt' }

type Waiting = {
  readonly order: FliteOrder
  readonly resolve: (samples: Int16Array) => void
  readonly reject: (error: Error) => void
}
export type FliteOptions = {
  readonly after: (ms: number, callback: () => void) => () => void
  readonly longestMs?: number
}

/** The engine that needs nobody: English voices, in a thread of its own, one text after the other. */
export function createFliteDriver(options: FliteOptions): SpeechDriver {
  const thread = new FliteThread(options)
  const voiceFor = ({ language, gender }: Pick<SpeechRequest, 'language' | 'gender'>) =>
    /^en[-_](gb|sco|ie)/i.test(language) && gender !== 'female' ? 'awb' : byGender[gender]

  return {
    name: 'flite',
    speaks: (language) => language === '' || baseLanguage(language) === 'en',
    hasVoice: (voiceId) => voices.some((known) => known === voiceId),
    voiceFor,
    async speak(request): Promise<Sound> {
      const voice = voices.find((known) => known === request.voiceId) ?? voiceFor(request)
      const parts: FlitePart[] = request.script.parts.flatMap((part): FlitePart[] =>
        'pauseMs' in part ? [part] : speakable(part.text).map((text) => ({ text, voice, rate: part.rate })),
      )
      if (!parts.some((part) => 'text' in part))
        throw new SpeechFailed('NOTHING_TO_SAY', 'flite has letters and digits only, and there are none')
      return { rate: RATE, samples: await thread.say(parts, request.signal) }
    },
    close: () => thread.close(),
  }
}

class FliteThread {
  readonly #options: FliteOptions
  readonly #waiting: Waiting[] = []
  #current: Waiting | undefined
  #worker: Worker | undefined
  #stopTimer: () => void = () => {}
  #orders = 0
  #isClosed = false

  constructor(options: FliteOptions) {
    this.#options = options
  }

  say(parts: readonly FlitePart[], signal: AbortSignal): Promise<Int16Array> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed || signal.aborted) return reject(new SpeechFailed('ABORTED', 'flite was stopped'))
      if (this.#waiting.length >= MAX_WAITING) return reject(new SpeechFailed('REFUSED', 'flite has too much to say already'))
      const waiting = { order: { id: ++this.#orders, parts, rate: RATE }, resolve, reject }
      // What is being said already is said to its end: others may have asked for it too.
      signal.addEventListener('abort', () => this.#forget(waiting), { once: true })
      this.#waiting.push(waiting)
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopTimer()
    const error = new SpeechFailed('ABORTED', 'flite was stopped')
    for (const waiting of [...(this.#current ? [this.#current] : []), ...this.#waiting.splice(0)]) waiting.reject(error)
    this.#current = undefined
    await this.#worker?.terminate()
  }

  #forget(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    waiting.reject(new SpeechFailed('ABORTED', 'flite was stopped'))
  }

  #next(): void {
    if (this.#current || this.#isClosed) return
    this.#stopTimer()
    const next = this.#waiting.shift()
    if (!next) {
      this.#stopTimer = this.#options.after(IDLE_MS, () => this.#drop())
      return
    }
    this.#current = next
    this.#stopTimer = this.#options.after(this.#options.longestMs ?? LONGEST_MS, () =>
      this.#lose(new SpeechFailed('TIMEOUT', 'flite did not come to an end')),
    )
    this.#started().postMessage(next.order)
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    // The engine's own warning that WASI is young is known; what it prints is nobody's.
    const worker = new Worker(new URL('./flite-thread.ts', import.meta.url), { execArgv: ['--no-warnings'], stdout: true, stderr: true })
    worker.unref()
    worker.on('message', (answer: FliteAnswer) => this.#settle(answer))
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#lose(new SpeechFailed('UNREACHABLE', `flite stopped: ${error.message}`, { cause: error }))
    })
    this.#worker = worker
    return worker
  }

  #settle(answer: FliteAnswer): void {
    const current = this.#current
    if (current?.order.id !== answer.id) return
    this.#current = undefined
    if ('samples' in answer) current.resolve(answer.samples)
    else current.reject(new SpeechFailed('BAD_ANSWER', answer.error))
    this.#next()
  }

  /** The thread is no good any more; the next order gets a new one. */
  #lose(error: SpeechFailed): void {
    const current = this.#current
    this.#current = undefined
    this.#drop()
    current?.reject(error)
    this.#next()
  }

  #drop(): void {
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
  }
}
