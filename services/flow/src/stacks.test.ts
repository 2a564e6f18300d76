import { NIL_ID } from '@voipbin/contracts/fields'
import { type Action, action } from '@voipbin/contracts/flow-actions'
import { describe, expect, test } from 'vitest'
import { changeAction, findAction, MAIN_STACK_ID, type Position, pushStack, takeNext } from './stacks.ts'

const idOf = (name: string) => `${name.padEnd(8, '0')}-0000-4000-8000-000000000000`
const act = (name: string, next = ''): Action => action.parse({ id: idOf(name), type: 'empty', next_id: next ? idOf(next) : NIL_ID })
const flowOf = (...actions: Action[]): Position => ({
  stacks: { [MAIN_STACK_ID]: { actions, return_stack_id: NIL_ID, return_action_id: NIL_ID } },
  ...{ current_stack_id: MAIN_STACK_ID, current_action: null, forward_action_id: NIL_ID },
})
function walk(position: Position, max = 20): string[] {
  const seen: string[] = []
  for (let taken = takeNext(position); taken && seen.length < max; taken = takeNext(taken.position)) seen.push(taken.action.id.slice(0, 1))
  return seen
}

describe('a flow', () => {
  test('goes from one action to the next, or to where it says', () => {
    expect(walk(flowOf(act('a'), act('b'), act('c')))).toEqual(['a', 'b', 'c'])
    expect(walk(flowOf(act('a', 'c'), act('b'), act('c', 'b')), 6)).toEqual(['a', 'c', 'b', 'c', 'b', 'c'])
  })

  test('runs what was pushed before it goes on behind what pushed it', () => {
    const at = takeNext(flowOf(act('a'), act('b')))?.position as Position
    const pushed = pushStack(at, [act('e'), act('f')], idOf('5'))
    expect(walk(pushed as Position)).toEqual(['e', 'f', 'b'])
  })

  test('goes on where the pushing action says, not behind it', () => {
    const at = takeNext(flowOf(act('a', 'c'), act('b'), act('c')))?.position as Position
    expect(walk(pushStack(at, [act('e')], idOf('5')) as Position)).toEqual(['e', 'c'])
  })

  test('lets go of a stack once it is done with, so that a loop of pushes does not grow', () => {
    let at = takeNext(flowOf(act('a', 'a')))?.position as Position
    for (let round = 0; round < 200; round++) {
      const pushed = pushStack(at, [act('e')], crypto.randomUUID())
      expect(pushed).toBeDefined()
      at = takeNext(pushed as Position)?.position as Position
      at = takeNext(at)?.position as Position
    }
    expect(Object.keys(at.stacks)).toEqual([MAIN_STACK_ID])
  })

  test('stacks a hundred deep and no deeper', () => {
    let at: Position | undefined = takeNext(flowOf(act('a')))?.position
    let depth = 0
    while (at && depth < 200) {
      const pushed: Position | undefined = pushStack(at, [act('e')], crypto.randomUUID())
      if (!pushed) break
      at = takeNext(pushed)?.position
      depth++
    }
    expect(depth).toBe(99)
  })

  test('jumps to an action below, and what was pushed is gone', () => {
    const at = takeNext(flowOf(act('a'), act('b')))?.position as Position
    const pushed = takeNext(pushStack(at, [act('e'), act('f')], idOf('5')) as Position)?.position as Position
    const jumped = takeNext({ ...pushed, forward_action_id: idOf('a') })
    expect(jumped?.action.id).toBe(idOf('a'))
    expect(Object.keys(jumped?.position.stacks ?? {})).toEqual([MAIN_STACK_ID])
    expect(takeNext({ ...pushed, forward_action_id: idOf('d') })).toBeUndefined()
  })

  test('keeps a change of an action where it stands', () => {
    const changed = changeAction(flowOf(act('a'), act('b')), idOf('b'), (own) => ({ ...own, option: { loop_count: 1 } }))
    expect(findAction(changed, idOf('b'))?.action.option).toEqual({ loop_count: 1 })
    expect(findAction(changed, idOf('a'))?.action.option).toEqual({})
  })
})
