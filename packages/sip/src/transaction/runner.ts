import type { Input, Machine, Output, State } from './machine.ts'
import type { TimerName, Timing } from './timing.ts'
import type { Scheduler } from './transport-port.ts'

export type RunnerOptions<Name extends string> = {
  readonly machine: Machine<Name>
  readonly timing: Timing
  readonly scheduler: Scheduler
  /** Sends or delivers: everything but timers and failures. */
  readonly act: (what: Exclude<Output['do'], 'startTimer' | 'stopTimer' | 'timedOut' | 'transportFailed'>) => void
  /** Tells of a failure that does not end the transaction, as an answer that could not be sent. */
  readonly failed?: (failure: 'timedOut' | 'transportFailed') => void
  /** Exactly once, after everything else. */
  readonly ended: () => void
}

/** Runs one machine on a clock: the only part of a transaction that knows of time. */
export class TransactionRunner<Name extends string> {
  readonly #options: RunnerOptions<Name>
  readonly #timers = new Map<TimerName, () => void>()
  #state: State<Name>
  #failure: 'timedOut' | 'transportFailed' | undefined
  #hasEnded = false

  constructor(options: RunnerOptions<Name>) {
    this.#options = options
    this.#state = options.machine.initial
  }

  get stateName(): Name | 'terminated' {
    return this.#state.name
  }

  get isTerminated(): boolean {
    return this.#state.name === 'terminated'
  }

  /** The failure that ended the transaction. */
  get failure(): 'timedOut' | 'transportFailed' | undefined {
    return this.#failure
  }

  /** Returns whether the input had any effect. */
  input(input: Input): boolean {
    const { state, outputs } = this.#options.machine.step(this.#state, input, this.#options.timing)
    this.#state = state
    // Acting may bring the next input at once, as a send that fails: the state is already the new one then.
    for (const output of outputs) this.#perform(output)
    if (this.isTerminated) this.#end()
    return outputs.length > 0
  }

  abandon(): void {
    this.#state = { name: 'terminated', intervalMs: 0 }
    this.#end()
  }

  #perform(output: Output): void {
    if (output.do === 'startTimer') this.#startTimer(output.timer, output.ms)
    else if (output.do === 'stopTimer') this.#stopTimer(output.timer)
    else if (output.do === 'timedOut' || output.do === 'transportFailed') {
      if (this.isTerminated) this.#failure = output.do
      else this.#options.failed?.(output.do)
    } else this.#options.act(output.do)
  }

  #startTimer(timer: TimerName, ms: number): void {
    this.#stopTimer(timer)
    if (this.isTerminated) return
    const fire = () => {
      this.#timers.delete(timer)
      this.input(timer)
    }
    this.#timers.set(timer, this.#options.scheduler.after(ms, fire))
  }

  #stopTimer(timer: TimerName): void {
    this.#timers.get(timer)?.()
    this.#timers.delete(timer)
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const stop of this.#timers.values()) stop()
    this.#timers.clear()
    this.#options.ended()
  }
}
