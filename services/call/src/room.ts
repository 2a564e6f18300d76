import type { Call, Confbridge } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { isDeserted, joinedBy, leftBy } from './confbridge.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { groupcalls } from './store/groupcalls.ts'
import { tellNode } from './tell-node.ts'
import { outOfRoom } from './work.ts'

/** The node says that a call is in. One that has come to a room of its own is remembered so, whoever brought it there. */
export async function joinRoom(tx: Tx, room: Confbridge, call: Call): Promise<void> {
  const changes = joinedBy(room, call.id)
  if (!changes) return
  await confbridges.update(tx, 'confbridge_joined', room, changes)
  tx.unschedule(outOfRoom, call.id)
  if (call.confbridge_id !== room.id) await calls.update(tx, 'call_updated', call, { confbridge_id: room.id })
}

export async function leaveRoom(tx: Tx, roomId: string, callId: string): Promise<void> {
  const room = roomId === NIL_ID ? undefined : await confbridges.find(tx, roomId)
  const changes = room && leftBy(room, callId)
  if (!room || !changes) return
  const left = await confbridges.update(tx, 'confbridge_leaved', room, changes)
  if (left.status === 'terminating') await closeIfEmpty(tx, left)
  else if (isDeserted(left) && !(await isBeingAnswered(tx, left))) await endRoom(tx, left, callId)
}

/** Whoever waits in it for an answer is alone by right; the end of the groupcall is the end of that. */
async function isBeingAnswered(tx: Tx, { id }: Confbridge): Promise<boolean> {
  const group = await groupcalls.find(tx, id)
  return group?.status === 'progressing' && group.answer_call_id === NIL_ID
}

/**
 * Everybody leaves: flows go on, and calls that have none are hung up.
 * @param leaverId has left by itself, and is seen to by whoever noticed
 */
export async function endRoom(tx: Tx, room: Confbridge, leaverId = NIL_ID): Promise<void> {
  if (room.status !== 'progressing') return
  tellNode(tx, room, { method: 'destroyBridge', input: { id: room.id } })
  const owners = room.reference_type === 'call' ? [room.reference_id] : []
  for (const call_id of new Set([...owners, ...room.call_ids].filter((id) => id !== leaverId)))
    tx.schedule(outOfRoom, call_id, tx.now, { call_id, confbridge_id: room.id })
  await closeIfEmpty(tx, await confbridges.update(tx, 'confbridge_terminating', room, { status: 'terminating' }))
}

async function closeIfEmpty(tx: Tx, room: Confbridge): Promise<void> {
  if (room.call_ids.length === 0) await confbridges.update(tx, 'confbridge_terminated', room, { status: 'terminated' })
}
