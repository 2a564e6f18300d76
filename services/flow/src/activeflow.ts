import { NIL_ID } from '@voipbin/contracts/fields'
import type { Activeflow } from '@voipbin/contracts/flow'
import type { Action } from '@voipbin/contracts/flow-actions'
import { MAIN_STACK_ID, pushStack } from './stacks.ts'

/** What the API shows of what ran. */
const MAX_REMEMBERED = 100
/** Followers of followers, each when the one before it ended. */
export const MAX_COMPLETE_COUNT = 5

/** An activeflow while it runs on: what is changed of it here is saved at the end of the step. */
export type Running = {
  -readonly [K in keyof Activeflow]: Activeflow[K]
}

type New = Pick<Activeflow, 'id' | 'customer_id' | 'flow_id' | 'reference_type' | 'reference_id'> & Partial<Activeflow>

export type NewActiveflow = Omit<Activeflow, 'tm_create' | 'tm_update' | 'tm_delete' | 'version'>

/** Before its first action. */
export function newActiveflow(given: New, actions: readonly Action[]): NewActiveflow {
  return {
    ...{ status: 'running', reference_activeflow_id: NIL_ID, on_complete_flow_id: NIL_ID, current_action: null, forward_action_id: NIL_ID },
    ...{ executed_actions: [], webhook_uri: '', webhook_method: '', execution_id: NIL_ID, execute_count: 0, complete_count: 0 },
    ...{ has_call: false, variables: {}, end_reason: '' },
    ...given,
    stacks: { [MAIN_STACK_ID]: { actions: [...actions], return_stack_id: NIL_ID, return_action_id: NIL_ID } },
    current_stack_id: MAIN_STACK_ID,
  }
}

/** The action is what runs now: shown as current, and what was so before as executed. */
export function begin(running: Running, action: Action, now: string): void {
  remember(running)
  running.current_action = { ...action, tm_execute: now }
  running.execute_count += 1
}

/** One that was passed over has no time at which it ran. */
function remember(running: Running): void {
  const { current_action: action, executed_actions } = running
  if (action && action.tm_execute !== null) running.executed_actions = [...executed_actions, action].slice(-MAX_REMEMBERED)
}

/** Actions before what would come now. @returns false where too many are stacked already */
export function push(running: Running, actions: readonly Action[], stackId: string): boolean {
  const pushed = pushStack(running, actions, stackId)
  if (!pushed) return false
  if (pushed !== running) remember(running)
  Object.assign(running, pushed)
  return true
}

export function end(running: Running, reason: string): void {
  remember(running)
  Object.assign(running, {
    status: 'ended',
    end_reason: reason.slice(0, 255),
    current_action: null,
    forward_action_id: NIL_ID,
    execution_id: NIL_ID,
    stacks: {},
    current_stack_id: NIL_ID,
  })
}

/** Whoever reports the end of an action must mean the one that the flow waits for. */
export const isWaitingFor = ({ status, execution_id }: Activeflow, executionId: string) =>
  status === 'running' && execution_id === executionId && executionId !== NIL_ID
