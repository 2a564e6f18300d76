import { NIL_ID } from '@voipbin/contracts/fields'
import { isLive } from '../call.ts'
import { hangUp } from '../hang-up.ts'
import { calls } from '../store/calls.ts'
import { confbridges } from '../store/confbridges.ts'
import { isWaiting, waitIsOver } from '../wait.ts'
import { outOfRoom } from '../work.ts'

/** Its flow goes on; a call without a flow was made for the room, and is over with it. */
export const outOfRoomHandler = outOfRoom.inTx(async (tx, { call_id, confbridge_id }) => {
  const call = await calls.find(tx, call_id)
  if (!call || !isLive(call) || call.confbridge_id !== confbridge_id) return
  const room = await confbridges.find(tx, confbridge_id)
  if (room?.status === 'progressing' && room.call_ids.includes(call_id)) return
  if (call.activeflow_id === NIL_ID) await hangUp(tx, call, 'normal')
  else if (isWaiting(call, call.execution_id)) await waitIsOver(tx, call, { confbridge_id: NIL_ID })
  else await calls.update(tx, 'call_updated', call, { confbridge_id: NIL_ID })
})
