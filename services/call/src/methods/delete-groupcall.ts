import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { endGroupcall, hangUpGroupcall } from '../hang-up-groupcall.ts'
import { groupcalls } from '../store/groupcalls.ts'

/** What its calls still tell finds no groupcall any more. */
export const deleteGroupcall: Answer<CallContract, 'deleteGroupcall'> = async (tx, { id }) => {
  await hangUpGroupcall(tx, id)
  const group = await groupcalls.get(tx, id)
  if (group.status !== 'hangup') await endGroupcall(tx, group, {})
  return groupcalls.remove(tx, 'groupcall_deleted', await groupcalls.get(tx, id))
}
