/** Runs at most `limit` jobs at once; the others wait their turn. A job must not reject. */
export class Slots {
  readonly #limit: number
  readonly #waiting: (() => Promise<void>)[] = []
  readonly #onIdle: (() => void)[] = []
  #running = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#running >= this.#limit
  }

  get waiting(): number {
    return this.#waiting.length
  }

  run(job: () => Promise<void>): void {
    if (this.isFull) this.#waiting.push(job)
    else this.#start(job)
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onIdle.push(resolve))
  }

  #start(job: () => Promise<void>): void {
    this.#running++
    const ended = () => this.#end()
    job().then(ended, ended)
  }

  #end(): void {
    this.#running--
    const next = this.#waiting.shift()
    if (next) this.#start(next)
    else if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve()
  }
}
