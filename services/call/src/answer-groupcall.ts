import type { Call, Confbridge, Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { isLive } from './call.ts'
import { verdictOn } from './groupcall.ts'
import { ANSWERED_ELSEWHERE, hangUpCalls, hangUpGroupcall } from './hang-up-groupcall.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { groupcalls } from './store/groupcalls.ts'
import { enterRoom } from './work.ts'

/**
 * The answer of a call in a groupcall, and in those that it is nested in: whoever sets `answer_call_id` first has won, and the others are
 * hung up. @returns whether it counts
 */
export async function claimAnswer(tx: Tx, call: Pick<Call, 'id' | 'groupcall_id'>): Promise<boolean> {
  const chain = await chainOf(tx, call.groupcall_id)
  if (chain.some((group) => verdictOn(group, call.id) === 'lost')) return false
  let winner = NIL_ID
  for (const { id } of chain) {
    const group = await groupcalls.get(tx, id)
    if (group.answer_call_id === NIL_ID) await win(tx, group, call.id, winner)
    winner = id
  }
  return true
}

async function win(tx: Tx, group: Groupcall, callId: string, groupcallId: string): Promise<void> {
  await groupcalls.update(tx, 'groupcall_progressing', group, { answer_call_id: callId, answer_groupcall_id: groupcallId })
  if (group.answer_method !== 'hangup_others') return
  await hangUpCalls(
    tx,
    group.call_ids.filter((id) => id !== callId),
    ANSWERED_ELSEWHERE,
  )
  for (const id of group.groupcall_ids) if (id !== groupcallId) await hangUpGroupcall(tx, id, ANSWERED_ELSEWHERE)
}

/** Innermost first. */
async function chainOf(tx: Tx, groupcallId: string): Promise<Groupcall[]> {
  const chain: Groupcall[] = []
  for (let id = groupcallId; id !== NIL_ID; ) {
    const group = await groupcalls.find(tx, id)
    if (!group) return chain
    chain.push(group)
    id = group.master_groupcall_id
  }
  return chain
}

/** Brings who answered into its room, and with it whoever waits there for an answer. */
export async function bringTogether(tx: Tx, call: Call): Promise<void> {
  const room = await confbridges.find(tx, call.confbridge_id)
  if (room?.status !== 'progressing') return
  const caller = await waitingIn(tx, room)
  const call_ids = [call.id, ...(caller ? [caller.id] : [])]
  tx.schedule(enterRoom, call.id, tx.now, { confbridge_id: room.id, call_ids, is_answering: true })
}

/** The far end sounds before it answers: the caller hears it. */
export async function bringCaller(tx: Tx, call: Call): Promise<void> {
  const room = await confbridges.find(tx, call.confbridge_id)
  const caller = room && (await waitingIn(tx, room))
  if (room && caller) tx.schedule(enterRoom, caller.id, tx.now, { confbridge_id: room.id, call_ids: [caller.id], is_answering: false })
}

async function waitingIn(tx: Tx, { id, reference_type, reference_id }: Confbridge): Promise<Call | undefined> {
  const caller = reference_type === 'call' ? await calls.find(tx, reference_id) : undefined
  return caller && isLive(caller) && caller.execution_id === id ? caller : undefined
}
