import type { Call, Confbridge } from '@voipbin/contracts/call-entities'
import { isLive } from '../call.ts'
import type { Command } from '../nodes.ts'
import { calls } from '../store/calls.ts'
import { confbridges } from '../store/confbridges.ts'
import { enterRoom } from '../work.ts'

/** All at once: who waits for an answer and who gives it hear each other when the slowest of them is in. */
export const enterRoomHandler = (command: Command) =>
  enterRoom.outside(async (ctx, { confbridge_id, call_ids, is_answering }) => {
    const read = ctx.read()
    const room = await confbridges.find(read, confbridge_id)
    if (room?.status !== 'progressing') return
    const found = await Promise.all(call_ids.map((id) => calls.find(read, id)))
    await Promise.all(found.map((call) => call && isLive(call) && enter(command, room, call, is_answering)))
  })

async function enter(command: Command, room: Confbridge, call: Call, isAnswering: boolean): Promise<void> {
  const { id } = call
  const isUnanswered = call.direction === 'incoming' && call.status !== 'progressing'
  if (isAnswering && isUnanswered) await command(call, { method: 'answer', input: { id } })
  await command(call, { method: 'join', input: { id, bridge_id: room.id } })
  if (room.reference_id === id) await command(call, { method: 'background', input: { id, kind: 'none' } })
}
