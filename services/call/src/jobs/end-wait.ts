import { callActions } from '../actions/index.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'
import { isWaiting, waitIsOver } from '../wait.ts'
import { endWait } from '../work.ts'

export const endWaitHandler = endWait.inTx(async (tx, { call_id, execution_id }) => {
  const call = await calls.find(tx, call_id)
  if (!call || !isWaiting(call, execution_id)) return
  if (call.action && callActions[call.action.type as keyof typeof callActions] === callActions.echo)
    tellNode(tx, call, { method: 'echo', input: { id: call.id, is_on: false } })
  await waitIsOver(tx, call)
})
