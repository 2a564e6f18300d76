import { getCompileCacheDir } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { type MessagePort, Worker } from 'node:worker_threads'
import { WorkerCommandFailed, WorkerLost } from '../errors.ts'
import type { AnswerOf, Command, CommandOf, FromWorker, ToWorker, WorkerData, WorkerSettings } from './messages.ts'
import { createPulse, PulseWatch } from './pulse.ts'
import type { LinkListener, StartWorker, WorkerLink } from './worker-link.ts'

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (cause: Error) => void }

/** For files to become whole. */
const CLOSE_MS = 5_000
const ENTRY = new URL('./thread-entry.ts', import.meta.url)

/** How often it is looked whether a worker still has turns: one that hangs is given up after a few looks. */
const CHECK_MS = 1_000

/** A worker in a thread of its own, so that nothing the rest of the process does can delay a tick. */
export const startThreadWorker =
  (settings: WorkerSettings, { entry = ENTRY, checkMs = CHECK_MS } = {}): StartWorker =>
  (listener) => {
    const pulse = createPulse()
    const workerData: WorkerData = { settings, pulse, keepsCompiled: getCompileCacheDir() !== undefined }
    return new ThreadWorker(new Worker(entry, { workerData }), listener, { watch: new PulseWatch(pulse), checkMs })
  }

class ThreadWorker implements WorkerLink {
  readonly #worker: Worker
  readonly #listener: LinkListener
  readonly #waiting = new Map<number, Waiting>()
  readonly #check: NodeJS.Timeout
  #requests = 0
  #isClosing = false
  #lost: Error | undefined

  constructor(worker: Worker, listener: LinkListener, { watch, checkMs }: { readonly watch: PulseWatch; readonly checkMs: number }) {
    this.#listener = listener
    this.#worker = worker
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.on('error', (error: unknown) => this.#lose(error instanceof Error ? error : new Error(String(error))))
    this.#worker.on('exit', (code) => this.#lose(new Error(`it ended with code ${code}`)))
    this.#check = setInterval(() => watch.hasStopped() && this.#giveUp(), checkMs).unref()
  }

  ask<Name extends Command>(command: CommandOf<Name>): Promise<AnswerOf<Name>> {
    if (this.#lost) return Promise.reject(new WorkerLost(this.#lost.message))
    const request = ++this.#requests
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve: resolve as (value: unknown) => void, reject })
      this.#post({ request, command } as unknown as ToWorker)
    })
  }

  tell<Name extends Command>(command: CommandOf<Name>, ports: readonly MessagePort[] = []): void {
    this.#post({ request: undefined, command } as unknown as ToWorker, ports)
  }

  async close(): Promise<void> {
    if (this.#lost) return
    const late = new AbortController()
    // Dying while closing is closing too; a worker that hangs is not waited for.
    await Promise.race([this.ask({ name: 'close', args: [] }), setTimeout(CLOSE_MS, undefined, { signal: late.signal })]).catch(
      () => undefined,
    )
    late.abort()
    this.#isClosing = true
    clearInterval(this.#check)
    await this.#worker.terminate()
  }

  #post(message: ToWorker, ports: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, [...ports])
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'event') {
      this.#listener.onEvent(message.event)
      return
    }
    const waiting = this.#waiting.get(message.request)
    this.#waiting.delete(message.request)
    if (message.kind === 'answer') waiting?.resolve(message.value)
    else waiting?.reject(new WorkerCommandFailed(message.message, message.code))
  }

  /** It may be in a loop without end: it is stopped where it stands. */
  #giveUp(): void {
    this.#lose(new Error('it hangs'))
    void this.#worker.terminate()
  }

  #lose(cause: Error): void {
    if (this.#lost) return
    this.#lost = cause
    clearInterval(this.#check)
    for (const { reject } of this.#waiting.values()) reject(new WorkerLost(cause.message))
    this.#waiting.clear()
    if (!this.#isClosing) this.#listener.onLost(cause)
  }
}
