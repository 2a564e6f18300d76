import type { Input, Machine, Output, State } from './machine.ts'
import type { TimerName, Timing } from './timing.ts'
import type { Scheduler } from './transport-port.ts'

/** The transaction that a runner works for. */
export type Actor = {
  /** Sends or delivers: everything but timers and failures. */
  act(output: Output['do']): void
  /** Hears of a failure that does not end the transaction, as an answer that could not be sent. */
  failed(): void
  /** Exactly once, after everything else. */
  end(): void
}

export type RunnerOptions<Name extends string> = {
  readonly machine: Machine<Name>
  readonly timing: Timing
  readonly scheduler: Scheduler
  readonly actor: Actor
}

/** Runs one machine on a clock: the only part of a transaction that knows of time. */
export class TransactionRunner<Name extends string> {
  readonly #options: RunnerOptions<Name>
  /** Two at most: one to repeat, one to give up. */
  #timers: readonly { readonly name: TimerName; readonly stop: () => void }[] = []
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

  input(input: Input): void {
    const { state, outputs } = this.#options.machine.step(this.#state, input, this.#options.timing)
    this.#state = state
    // Acting may bring the next input at once, as a send that fails: the state is already the new one then.
    for (const output of outputs) this.#perform(output)
    if (this.isTerminated) this.#end()
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
      else this.#options.actor.failed()
    } else this.#options.actor.act(output.do)
  }

  #startTimer(name: TimerName, ms: number): void {
    this.#stopTimer(name)
    if (this.isTerminated) return
    const fire = () => {
      this.#timers = this.#timers.filter((timer) => timer.name !== name)
      this.input(name)
    }
    this.#timers = [...this.#timers, { name, stop: this.#options.scheduler.after(ms, fire) }]
  }

  #stopTimer(name: TimerName): void {
    const timer = this.#timers.find((each) => each.name === name)
    if (!timer) return
    timer.stop()
    this.#timers = this.#timers.filter((each) => each !== timer)
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const { stop } of this.#timers) stop()
    this.#timers = []
    this.#options.actor.end()
  }
}
