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
import { callOfChannel } from '../leg.ts'
import { startFlow } from '../start-flow.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'

type Answered = EventPayload<SwitchContract, 'channel.answered'>

export async function onChannelAnswered(tx: Tx, { data }: EventEnvelope<Answered>): Promise<void> {
  const call = await callOfChannel(tx, data)
  if (!call) return refuseLate(tx, data)
  const changes = become(call, 'progressing', tx.now)
  if (!changes) return
  if (call.groupcall_id !== NIL_ID && !(await claimAnswer(tx, call))) {
    await hangUp(tx, call, 'normal', { cause: ANSWERED_ELSEWHERE })
    return
  }
  if (isForRoom(call)) await bringTogether(tx, call)
  await calls.update(tx, 'call_progressing', call, { ...changes, ...startFlow(tx, call) })
}

/** A leg that was given up answers while it is told so: its call is on another leg. */
async function refuseLate(tx: Tx, data: Answered): Promise<void> {
  if (await calls.find(tx, data.call_id ?? data.channel_id))
    tellNode(tx, data, { method: 'hangup', input: { id: data.channel_id, cause: ANSWERED_ELSEWHERE, tag: '' } })
}

/** It was dialled to join somebody, and runs no flow. */
const isForRoom = ({ direction, confbridge_id, activeflow_id }: Call) =>
  direction === 'outgoing' && confbridge_id !== NIL_ID && activeflow_id === NIL_ID
