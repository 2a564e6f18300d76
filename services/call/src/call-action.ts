import type { Call } from '@voipbin/contracts/call-entities'
import type { MethodArguments, MethodName } from '@voipbin/contracts/contract'
import type { Action, ActionOption, ActionType } from '@voipbin/contracts/flow-actions'
import type { Media, SwitchContract } from '@voipbin/contracts/switch'
import type { speechPort } from '@voipbin/contracts/tts-port'
import type { Client, Ctx } from '@voipbin/service-kit'
import type { Read, Tx } from '@voipbin/sql'

/** A command to the node that has the call; its epoch is put in when it is sent. */
export type SwitchCommand = {
  [M in MethodName<SwitchContract>]: { readonly method: M; readonly input: Omit<MethodArguments<SwitchContract, M>, 'epoch'> }
}[MethodName<SwitchContract>]

type Pressed = Pick<Call, 'collected' | 'digits'>
/** `isDone`: the wait is over, and no command is sent. */
type Taken = Partial<Pressed> & { readonly isDone: boolean }

/** What an action comes to. Planned again after a crash, it is the same: ids are the call's and the wait's. */
export type Plan = {
  readonly commands: readonly SwitchCommand[]
  /** After this the wait is over, if nothing ended it before. */
  readonly timerMs?: number
  /** There is nothing to wait for. */
  readonly isOver?: boolean
  readonly changes?: Partial<Call>
  /** What it takes of the digits that were pressed ahead; asked of the row as it is when the step is written, for some may come meanwhile. */
  readonly take?: (pressed: Pressed) => Taken
  /** The call ends with it: nothing can come of it that the row would have to know. */
  readonly isLast?: boolean
  /** Rows that have to be there before the commands are sent; run again after a crash. */
  readonly begin?: (tx: Tx) => Promise<void>
}

export type Planning<T extends ActionType = ActionType> = {
  readonly call: Call
  readonly action: Action
  readonly option: ActionOption<T>
  /** Of the wait that the action is; also the id of what is played or recorded for it. */
  readonly executionId: string
  readonly speech: Client<typeof speechPort>
  /** What is behind a URL; undefined where this call may not play it. */
  readonly mediaOf: (url: string) => Promise<Media | undefined>
  /** For actions that keep more than their call. */
  readonly transaction: Ctx['transaction']
  readonly read: Read
}

export type CallAction<T extends ActionType = ActionType> = (planning: Planning<T>) => Promise<Plan> | Plan

export const nothing: Plan = { commands: [], isOver: true }
export const send = (...commands: readonly SwitchCommand[]): Plan => ({ commands })
export const channel = (id: string) => ({ kind: 'channel', id }) as const
