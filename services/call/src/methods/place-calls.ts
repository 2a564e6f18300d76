import type { CallContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Answer } from '@voipbin/service-kit'
import { isLive } from '../call.ts'
import { isGroup } from '../outgoing/check-destinations.ts'
import { placeCall } from '../place-call.ts'
import { placeGroupcall } from '../place-groupcall.ts'
import { calls } from '../store/calls.ts'

/**
 * Calls of the action `call`: each lives on its own, and ends with the master only where it is chained. Chained to one that has ended
 * meanwhile, there is none.
 */
export const placeCalls: Answer<CallContract, 'placeCalls'> = async (tx, { destinations, is_chained, ...given }) => {
  const master = is_chained && given.master_call_id !== NIL_ID ? await calls.find(tx, given.master_call_id) : undefined
  if (is_chained && given.master_call_id !== NIL_ID && !(master && isLive(master))) return { call_ids: [] }
  const call_ids = []
  for (const destination of destinations) {
    if (isGroup(destination)) await placeGroupcall(tx, { ...given, is_chained, destinations: [destination] })
    else call_ids.push((await placeCall(tx, { ...given, destination })).id)
  }
  if (master && call_ids.length > 0)
    await calls.update(tx, 'call_updated', master, { chained_call_ids: [...master.chained_call_ids, ...call_ids] })
  return { call_ids }
}
