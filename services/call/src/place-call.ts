import type { Address } from '@voipbin/contracts/address'
import type { Call, Dialroute } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Action } from '@voipbin/contracts/flow-actions'
import type { Tx } from '@voipbin/sql'
import { normalAddress } from './address.ts'
import { newCall } from './call.ts'
import { calls } from './store/calls.ts'
import { dial } from './work.ts'

type Wanted = {
  readonly customer_id: string
  readonly master_call_id: string
  readonly source: Address
  readonly destination: Address
  readonly flow_id: string
  readonly actions: readonly Action[]
  readonly variables: Readonly<Record<string, string>>
  readonly has_early_execution: boolean
  readonly anonymous: 'yes' | 'no' | 'auto'
  readonly groupcall_id?: string
  /** The room that it is for; then it has no flow. */
  readonly confbridge_id?: string
  readonly metadata?: Call['metadata']
  /** The agent in whose name it is made, where that is one of the customer's. */
  readonly owner_type?: Call['owner_type']
  readonly owner_id?: string
  /** Where the way is known already. */
  readonly dialroutes?: readonly Dialroute[]
}

/** A call that is about to be dialled: its way is found, and its node chosen, outside of the transaction. */
export async function placeCall(tx: Tx, { actions, anonymous, dialroutes = [], ...wanted }: Wanted): Promise<Call> {
  const id = tx.newId()
  const isOfFlow = wanted.flow_id !== NIL_ID
  const isForRoom = wanted.confbridge_id !== undefined && wanted.confbridge_id !== NIL_ID
  tx.schedule(dial, id, tx.now, { call_id: id })
  const call = newCall({
    ...{ id, node_id: '', epoch: NIL_ID, direction: 'outgoing', status: 'dialing', activeflow_id: isForRoom ? NIL_ID : tx.newId() },
    ...{ ...wanted, is_anonymous: anonymous === 'yes', dialroutes: [...dialroutes] },
    ...{ source: normalAddress(wanted.source), destination: normalAddress(wanted.destination) },
  })
  return calls.insert(tx, 'call_created', { ...call, pending_actions: isOfFlow ? [] : [...actions] })
}
