import type { Call } from '@voipbin/contracts/call-entities'
import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { bringTogether, claimAnswer } from '../answer-groupcall.ts'
import { become } from '../call.ts'
import { hangUp } from '../hang-up.ts'
import { ANSWERED_ELSEWHERE } from '../hang-up-groupcall.ts'
import { startFlow } from '../start-flow.ts'
import { calls } from '../store/calls.ts'

export async function onChannelAnswered(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.answered'>>): Promise<void> {
  const call = await calls.find(tx, data.channel_id)
  const changes = call && become(call, 'progressing', tx.now)
  if (!call || !changes) return
  if (call.groupcall_id !== NIL_ID && !(await claimAnswer(tx, call))) {
    await hangUp(tx, call, 'normal', { cause: ANSWERED_ELSEWHERE })
    return
  }
  if (isForRoom(call)) await bringTogether(tx, call)
  await calls.update(tx, 'call_progressing', call, { ...changes, ...startFlow(tx, call) })
}

/** It was dialled to join somebody, and runs no flow. */
const isForRoom = ({ direction, confbridge_id, activeflow_id }: Call) =>
  direction === 'outgoing' && confbridge_id !== NIL_ID && activeflow_id === NIL_ID
