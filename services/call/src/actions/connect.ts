import type { Address } from '@voipbin/contracts/address'
import type { Call } from '@voipbin/contracts/call-entities'
import type { ActionOption } from '@voipbin/contracts/flow-actions'
import type { Tx } from '@voipbin/sql'
import type { CallAction, SwitchCommand } from '../call-action.ts'
import { newConfbridge } from '../confbridge.ts'
import { placeGroupcall } from '../place-groupcall.ts'
import { confbridges } from '../store/confbridges.ts'

/**
 * A room for the caller and for whichever destination answers first. Room, groupcall and wait have one id; the wait is over when the caller
 * is out of the room, or nobody answers.
 */
export const connect: CallAction<'connect'> = ({ call, option, executionId: id }) => ({
  commands: commandsFor(call, id),
  changes: { confbridge_id: id },
  begin: (tx) => begin(tx, call, option, id),
})

/** A phone that has not been answered makes its own ring-back; one that has hears ours, which the room is behind. */
function commandsFor({ id, direction, status, customer_id }: Call, roomId: string): SwitchCommand[] {
  if (status !== 'progressing') return direction === 'incoming' ? [{ method: 'ring', input: { id } }] : []
  return [
    { method: 'background', input: { id, kind: 'ringback' } },
    { method: 'createBridge', input: { id: roomId, customer_id, affinity: id } },
    { method: 'join', input: { id, bridge_id: roomId } },
  ]
}

async function begin(tx: Tx, call: Call, option: ActionOption<'connect'>, id: string): Promise<void> {
  if (await confbridges.find(tx, id)) return
  const { customer_id, node_id, epoch } = call
  const place = { node_id, epoch, affinity: call.id }
  await confbridges.insert(
    tx,
    'confbridge_created',
    newConfbridge({ id, customer_id, type: 'connect', reference_type: 'call', reference_id: call.id, ...place }),
  )
  await placeGroupcall(tx, {
    ...{ id, customer_id, source: sourceOf(option.source, call), destinations: option.destinations, master_call_id: call.id },
    ...{ confbridge_id: id, is_chained: true, has_early_media: option.early_media === true, anonymous: option.anonymous },
  })
}

/** Who is not told otherwise hears who is calling. */
const sourceOf = (given: Address, call: Call): Address =>
  given.target === '' ? (call.direction === 'incoming' ? call.source : call.destination) : given
