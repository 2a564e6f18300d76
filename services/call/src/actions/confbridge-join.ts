import { type CallAction, nothing } from '../call-action.ts'
import { confbridges } from '../store/confbridges.ts'

/** The wait is over when the call is out of the room. One that is over, or lives on another node, cannot be joined. */
export const confbridgeJoin: CallAction<'confbridge_join'> = async ({ call, option, read }) => {
  const room = await confbridges.find(read, String(option.confbridge_id))
  if (room?.customer_id !== call.customer_id || room.status !== 'progressing') return nothing
  const { id, customer_id, affinity } = room
  const isPlaced = room.node_id !== ''
  if (isPlaced && (room.node_id !== call.node_id || room.epoch !== call.epoch)) return nothing
  return {
    commands: [
      ...(call.status === 'progressing' ? [] : [{ method: 'answer' as const, input: { id: call.id } }]),
      { method: 'createBridge', input: { id, customer_id, affinity } },
      { method: 'join', input: { id: call.id, bridge_id: id } },
    ],
    changes: { confbridge_id: id },
    begin: async (tx) => {
      const now = await confbridges.get(tx, id)
      if (now.node_id === '') await confbridges.update(tx, 'confbridge_updated', now, { node_id: call.node_id, epoch: call.epoch })
    },
  }
}
