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

type Timer = { readonly name: TimerName; readonly stop: () => void }

/** Runs one machine on a clock: the only part of a transaction that knows of time. */
export class TransactionRunner<Name extends string> {
  readonly #machine: Machine<Name>
  readonly #timing: Timing
  readonly #scheduler: Scheduler
  readonly #actor: Actor
  /** Two at most: one to repeat, one to give up. */
  #timer: Timer | undefined
  #otherTimer: Timer | undefined
  #state: State<Name>
  #failure: 'timedOut' | 'transportFailed' | undefined
  #hasEnded = false

  constructor(options: RunnerOptions<Name>) {
    this.#machine = options.machine
    this.#timing = options.timing
    this.#scheduler = options.scheduler
    this.#actor = options.actor
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
    const { state, outputs } = this.#machine.step(this.#state, input, this.#timing)
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
      else this.#actor.failed()
    } else this.#actor.act(output.do)
  }

  #startTimer(name: TimerName, ms: number): void {
    this.#stopTimer(name)
    if (this.isTerminated) return
    const fire = () => {
      this.#forgetTimer(name)
      this.input(name)
    }
    const timer = { name, stop: this.#scheduler.after(ms, fire) }
    if (this.#timer) this.#otherTimer = timer
    else this.#timer = timer
  }

  #stopTimer(name: TimerName): void {
    if (this.#timer?.name === name) this.#timer.stop()
    else if (this.#otherTimer?.name === name) this.#otherTimer.stop()
    this.#forgetTimer(name)
  }

  #forgetTimer(name: TimerName): void {
    if (this.#timer?.name === name) {
      this.#timer = this.#otherTimer
      this.#otherTimer = undefined
    } else if (this.#otherTimer?.name === name) this.#otherTimer = undefined
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#timer?.stop()
    this.#otherTimer?.stop()
    this.#timer = undefined
    this.#otherTimer = undefined
    this.#actor.end()
  }
}
