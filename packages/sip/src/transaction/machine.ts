import type { TimerName, Timing } from './timing.ts'

/** What may happen to a transaction. A timer that fires is an input of its own name. */
export type Input =
  | TimerName
  | 'start'
  | 'transportError'
  // client: responses from the network by class; `cancelled` once a CANCEL has been sent
  | 'provisional'
  | 'success'
  | 'failure'
  | 'cancelled'
  // server: repeats of the request and ACK from the network; responses from the transaction user by class
  | 'request'
  | 'ack'
  | 'sendProvisional'
  | 'sendSuccess'
  | 'sendFailure'

/** What a transaction does about it, in order. */
export type Output =
  | { readonly do: 'startTimer'; readonly timer: TimerName; readonly ms: number }
  | { readonly do: 'stopTimer'; readonly timer: TimerName }
  | { readonly do: 'sendRequest' | 'sendAck' | 'sendResponse' | 'sendTrying' }
  /** Passes the response or ACK at hand to the transaction user. */
  | { readonly do: 'deliver' }
  /** Tells the user that nothing more comes, and why. */
  | { readonly do: 'timedOut' | 'transportFailed' }

/** Where a transaction stands. A transaction that is `terminated` takes no more input and has no timers. */
export type State<Name extends string> = {
  readonly name: Name | 'terminated'
  /** Until the next retransmission, ms. */
  readonly intervalMs: number
}

export type Step<Name extends string> = { readonly state: State<Name>; readonly outputs: readonly Output[] }

/** One cell of the state table; a cell that is missing ignores its input. */
type Cell<Name extends string> = (state: State<Name>, timing: Timing) => Step<Name>
export type StateTable<Name extends string> = Readonly<Record<Name, Readonly<Partial<Record<Input, Cell<Name>>>>>>

/** A state machine without clock, network or message: state and input in, state and outputs out. */
export type Machine<Name extends string = string> = {
  readonly initial: State<Name>
  step(state: State<Name>, input: Input, timing: Timing): Step<Name>
}

export function defineMachine<Name extends string>(initial: Name, table: StateTable<Name>): Machine<Name> {
  return {
    initial: { name: initial, intervalMs: 0 },
    step(state, input, timing) {
      const cell = state.name === 'terminated' ? undefined : table[state.name][input]
      return cell ? cell(state, timing) : { state, outputs: [] }
    },
  }
}

export const startTimer = (timer: TimerName, ms: number): Output => ({ do: 'startTimer', timer, ms })
export const stopTimer = (timer: TimerName): Output => ({ do: 'stopTimer', timer })

type Interval = { readonly intervalMs: number }

/** Moves to a state, which keeps the retransmission interval. */
export function go<Name extends string>(name: Name, ...outputs: readonly Output[]): (state: Interval) => Step<Name> {
  return ({ intervalMs }) => ({ state: { name, intervalMs }, outputs })
}

/** Ends the transaction. */
export function end(...outputs: readonly Output[]): (state: Interval) => Step<never> {
  return ({ intervalMs }) => ({ state: { name: 'terminated', intervalMs }, outputs })
}

/** Moves to a state that only absorbs repeats: for a while where messages can be repeated, not at all where they cannot. */
export function absorb<Name extends string>(name: Name, timer: TimerName, ms: (timing: Timing) => number) {
  return (...outputs: readonly Output[]) =>
    ({ intervalMs }: Interval, timing: Timing): Step<Name> =>
      timing.isReliable
        ? { state: { name: 'terminated', intervalMs }, outputs }
        : { state: { name, intervalMs }, outputs: [...outputs, startTimer(timer, ms(timing))] }
}

/** Sends again and waits twice as long for the next time, up to a limit. */
export function retransmit(send: Output, timer: TimerName, maxMs: (timing: Timing) => number) {
  return <Name extends string>({ name, intervalMs }: State<Name>, timing: Timing): Step<Name> => {
    const nextMs = Math.min(2 * intervalMs, maxMs(timing))
    return { state: { name, intervalMs: nextMs }, outputs: [send, startTimer(timer, nextMs)] }
  }
}
