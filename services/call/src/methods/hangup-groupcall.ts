import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { hangUpGroupcall } from '../hang-up-groupcall.ts'
import { groupcalls } from '../store/groupcalls.ts'

/** One that ends or has ended is answered as it is. */
export const hangupGroupcall: Answer<CallContract, 'hangupGroupcall'> = async (tx, { id }) => {
  await hangUpGroupcall(tx, id)
  return groupcalls.get(tx, id)
}
