import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { ActionOption } from '@voipbin/contracts/flow-actions'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { isLive } from '../call.ts'
import { collect, queued } from '../digits.ts'
import { callOfChannel } from '../leg.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'
import { actionOfWait, waitIsOver } from '../wait.ts'

/** A digit goes to the question that is being asked, or waits for the next one. */
export async function onChannelDigit(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.digit'>>): Promise<void> {
  const call = await callOfChannel(tx, data)
  if (!call || !isLive(call)) return
  const action = actionOfWait(call)
  if (action?.type === 'digits_receive') {
    const { isDone, ...changes } = collect(
      { ...call, digits: queued(call.digits, data.digit) },
      action.option as ActionOption<'digits_receive'>,
    )
    await (isDone ? waitIsOver(tx, call, changes) : calls.keep(tx, call, changes))
  } else if (action?.type === 'talk' && action.option['digits_handle'] === 'next') {
    tellNode(tx, call, { method: 'stopPlay', input: { id: call.execution_id } })
    await waitIsOver(tx, call, { collected: data.digit })
  } else await calls.keep(tx, call, { digits: queued(call.digits, data.digit) })
}
