import type { Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { afterEnd } from './groupcall.ts'
import { hangUp } from './hang-up.ts'
import { endRoom } from './room.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { groupcalls } from './store/groupcalls.ts'
import { tellNode } from './tell-node.ts'
import { isWaiting, waitIsOver } from './wait.ts'
import { ringGroup } from './work.ts'

/** Q.850; a node says it with `Reason: SIP;cause=200;text="Call completed elsewhere"`, so that phones list no missed call. */
export const ANSWERED_ELSEWHERE = 26

export async function hangUpCalls(tx: Tx, ids: readonly string[], cause?: number): Promise<void> {
  for (const id of ids) {
    const call = await calls.find(tx, id)
    if (call) await hangUp(tx, call, 'normal', { cause })
  }
}

/** All that is in it; it has ended when the last of it has. One that ends already is left alone. */
export async function hangUpGroupcall(tx: Tx, id: string, cause?: number): Promise<void> {
  const group = await groupcalls.find(tx, id)
  if (group?.status !== 'progressing') return
  tx.unschedule(ringGroup, id)
  await groupcalls.update(tx, 'groupcall_updated', group, { status: 'hangingup' })
  await hangUpCalls(tx, group.call_ids, cause)
  for (const nested of group.groupcall_ids) await hangUpGroupcall(tx, nested, cause)
  const now = await groupcalls.get(tx, id)
  if (now.status === 'hangingup' && afterEnd(now) === 'end') await endGroupcall(tx, now, {})
}

/** Something in it ended: a call, or a groupcall. */
export async function childEnded(tx: Tx, group: Groupcall, changes: Partial<Groupcall>): Promise<void> {
  const next = afterEnd({ ...group, ...changes })
  if (next === 'end') await endGroupcall(tx, group, changes)
  else if (next === 'ring_next') await ringNext(tx, group, changes)
  else await groupcalls.update(tx, 'groupcall_updated', group, changes)
}

async function ringNext(tx: Tx, group: Groupcall, changes: Partial<Groupcall>): Promise<void> {
  const dial_index = group.dial_index + 1
  await groupcalls.update(tx, 'groupcall_updated', group, { ...changes, dial_index })
  tx.schedule(ringGroup, group.id, tx.now, { groupcall_id: group.id, dial_index })
}

export async function endGroupcall(tx: Tx, group: Groupcall, changes: Partial<Groupcall>): Promise<void> {
  const ended = await groupcalls.update(tx, 'groupcall_hangup', group, { ...changes, status: 'hangup' })
  const parent = ended.master_groupcall_id === NIL_ID ? undefined : await groupcalls.find(tx, ended.master_groupcall_id)
  if (parent)
    await childEnded(tx, parent, {
      groupcall_count: Math.max(0, parent.groupcall_count - 1),
      ...(parent.hangup_reason === '' && { hangup_reason: ended.hangup_reason, hangup_cause: ended.hangup_cause }),
    })
  else if (ended.confbridge_id === ended.id) await endConnect(tx, ended)
}

/** Nobody is there any more to talk to: the caller goes on, or is told why where it asked for that. */
async function endConnect(tx: Tx, group: Groupcall): Promise<void> {
  const caller = await calls.find(tx, group.master_call_id)
  if (caller && group.answer_call_id === NIL_ID && isWaiting(caller, group.id)) {
    if (caller.action?.option['relay_reason'] === true)
      await hangUp(tx, caller, group.hangup_reason || 'noanswer', { cause: group.hangup_cause || undefined })
    else {
      tellNode(tx, caller, { method: 'background', input: { id: caller.id, kind: 'none' } })
      await waitIsOver(tx, caller, { confbridge_id: NIL_ID })
    }
  }
  const room = await confbridges.find(tx, group.confbridge_id)
  if (room) await endRoom(tx, room)
}
