import { NIL_ID } from '@voipbin/contracts/fields'
import type { Activeflow, Stack } from '@voipbin/contracts/flow'
import { type Action, FINISH_ACTION_ID } from '@voipbin/contracts/flow-actions'

export const MAIN_STACK_ID = '00000000-0000-0000-0000-000000000001'
/** Pushed on top of each other. */
const MAX_DEPTH = 100

/** Where a running flow stands: its actions, those pushed on top of them, and what comes next. */
export type Position = Pick<Activeflow, 'stacks' | 'current_stack_id' | 'current_action' | 'forward_action_id'>

type Found = { readonly stackId: string; readonly action: Action }

/** An action of the current stack, or of those that it returns to. */
export function findAction({ stacks, current_stack_id }: Position, actionId: string): Found | undefined {
  for (const [stackId, stack] of wayBack(stacks, current_stack_id)) {
    const action = stack.actions.find(({ id }) => id === actionId)
    if (action) return { stackId, action }
  }
  return undefined
}

/** The action that follows the current one, and where the flow then stands; undefined at the end of all. */
export function takeNext(position: Position): { readonly action: Action; readonly position: Position } | undefined {
  const found = position.forward_action_id !== NIL_ID ? findAction(position, position.forward_action_id) : successor(position)
  if (!found) return undefined
  const { stackId, action } = found
  const stacks = without(position.stacks, above(position, stackId))
  return { action, position: { stacks, current_stack_id: stackId, current_action: action, forward_action_id: NIL_ID } }
}

/** Actions that come before what would come now. @returns undefined where too many are stacked already */
export function pushStack(position: Position, actions: readonly Action[], stackId: string): Position | undefined {
  const [first] = actions
  if (!first) return position
  if ([...wayBack(position.stacks, position.current_stack_id)].length >= MAX_DEPTH) return undefined
  const stack = {
    actions: [...actions],
    return_stack_id: position.current_stack_id,
    return_action_id: position.current_action?.id ?? NIL_ID,
  }
  return {
    ...position,
    stacks: { ...position.stacks, [stackId]: stack },
    current_stack_id: stackId,
    current_action: null,
    forward_action_id: NIL_ID,
  }
}

/** Changes one action where it stands: the counter of a loop. */
export function changeAction(position: Position, actionId: string, change: (action: Action) => Action): Position {
  const found = findAction(position, actionId)
  const stack = found && position.stacks[found.stackId]
  if (!found || !stack) return position
  const actions = stack.actions.map((each) => (each.id === actionId ? change(each) : each))
  return { ...position, stacks: { ...position.stacks, [found.stackId]: { ...stack, actions } } }
}

function successor({ stacks, current_stack_id, current_action }: Position): Found | undefined {
  let after = current_action
  for (const [stackId, stack] of wayBack(stacks, current_stack_id)) {
    // The end is that of all, however deep the action is that names it.
    if (after?.next_id === FINISH_ACTION_ID) return undefined
    const action = following(stack, after)
    if (action) return { stackId, action }
    // The next one below goes on behind the action that pushed this one, wherever that says.
    const below = stacks[stack.return_stack_id]
    after = below?.actions.find(({ id }) => id === stack.return_action_id) ?? null
  }
  return undefined
}

function following({ actions }: Stack, after: Action | null): Action | undefined {
  if (!after) return actions[0]
  if (after.next_id !== NIL_ID) return actions.find(({ id }) => id === after.next_id)
  const index = actions.findIndex(({ id }) => id === after.id)
  return index < 0 ? undefined : actions[index + 1]
}

/** From a stack down to the flow's own. */
function* wayBack(stacks: Activeflow['stacks'], from: string): Generator<[string, Stack]> {
  for (let stackId = from, seen = 0; seen <= MAX_DEPTH; seen++) {
    const stack = stacks[stackId]
    if (!stack) return
    yield [stackId, stack]
    stackId = stack.return_stack_id
  }
}

/** Stacks that are done with once the flow stands in this one. */
function above({ stacks, current_stack_id }: Position, stackId: string): string[] {
  const left: string[] = []
  for (const [id] of wayBack(stacks, current_stack_id)) {
    if (id === stackId) return left
    left.push(id)
  }
  return left
}

function without(stacks: Activeflow['stacks'], ids: readonly string[]): Activeflow['stacks'] {
  if (ids.length === 0) return stacks
  return Object.fromEntries(Object.entries(stacks).filter(([id]) => !ids.includes(id)))
}
