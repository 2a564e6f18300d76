import type { FlowAction } from '../flow-action.ts'
import { changeAction } from '../stacks.ts'

/** Counts down where the action stands; who comes by after the last time goes on. */
export const goto: FlowAction<'goto'> = ({ running, action, option }) => {
  const count = Number(option.loop_count)
  if (count <= 0) return { go: 'next' }
  Object.assign(
    running,
    changeAction(running, action.id, (own) => ({ ...own, option: { ...own.option, loop_count: count - 1 } })),
  )
  return { go: 'jump', to: option.target_id }
}
