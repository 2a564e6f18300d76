import type { Action, ActionOption, ActionType } from '@voipbin/contracts/flow-actions'
import type { Tx } from '@voipbin/sql'
import type { Running } from './activeflow.ts'

/** One action as it runs, its option filled in. */
export type ActionRun<T extends ActionType = ActionType> = {
  readonly tx: Tx
  readonly running: Running
  readonly action: Action
  readonly option: ActionOption<T>
  /** Of the call behind the flow, as far as whoever asked has said. */
  readonly callStatus: string
}

/**
 * How a flow goes on. next: with what follows. jump: to an action; nil is "with what follows". push: these first. wait: something
 * outside was begun and continues the flow. call: the call has to do it. end: for this reason.
 */
export type Went =
  | { readonly go: 'next' | 'wait' | 'call' }
  | { readonly go: 'jump'; readonly to: string }
  | { readonly go: 'push'; readonly actions: readonly Action[] }
  | { readonly go: 'end'; readonly reason: string }

/** What a type of action does; it may write through `tx` and change the variables and position of what runs. */
export type FlowAction<T extends ActionType = ActionType> = (run: ActionRun<T>) => Promise<Went> | Went

export const next: Went = { go: 'next' }
/** The call carries it out. */
export const handOver: FlowAction = () => ({ go: 'call' })
/** Its service is not there: nothing can be saved with it, so nothing of it ever runs but what an older release left. */
export const passOver: FlowAction = () => next
export const jumpUnless = (isTrue: boolean, falseTargetId: string): Went => (isTrue ? next : { go: 'jump', to: falseTargetId })
