import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { isLive } from '../call.ts'
import { placeCall } from '../place-call.ts'
import { calls } from '../store/calls.ts'

/** Calls of the action `call`: each lives on its own, and ends with the master only where it is chained. */
export const placeCalls: Answer<CallContract, 'placeCalls'> = async (tx, { destinations, is_chained, ...given }) => {
  const made = []
  for (const destination of destinations) made.push(await placeCall(tx, { ...given, destination }))
  const call_ids = made.map(({ id }) => id)
  const master = is_chained ? await calls.find(tx, given.master_call_id) : undefined
  if (master && isLive(master))
    await calls.update(tx, 'call_updated', master, { chained_call_ids: [...master.chained_call_ids, ...call_ids] })
  return { call_ids }
}
