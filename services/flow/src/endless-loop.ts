import { NIL_ID } from '@voipbin/contracts/fields'
import { type Action, actionRules } from '@voipbin/contracts/flow-actions'

/**
 * The first action of a circle that no flow would ever leave: each goes on to exactly one other, and none of them waits. A loop
 * that counts, asks or waits is none.
 */
export function findEndlessLoop(actions: readonly Action[]): number | undefined {
  const indexOf = new Map(actions.map(({ id }, index) => [id, index]))
  const onlyWayOn = (index: number): number | undefined => {
    const action = actions[index]
    if (!action || mayLeave(action)) return undefined
    return action.next_id === NIL_ID ? index + 1 : indexOf.get(action.next_id)
  }
  for (let start = 0; start < actions.length; start++) {
    let at: number | undefined = start
    for (let steps = 0; at !== undefined && at < actions.length && steps <= actions.length; steps++) {
      at = onlyWayOn(at)
      if (at === start) return start
    }
  }
  return undefined
}

const choosing: ReadonlySet<string> = new Set(['branch', 'goto', 'fetch_flow', 'stop'])
const mayLeave = ({ type }: Action) => actionRules[type].holds || choosing.has(type) || type.startsWith('condition_')
