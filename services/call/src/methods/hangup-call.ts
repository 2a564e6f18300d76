import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { hangUp } from '../hang-up.ts'
import { calls } from '../store/calls.ts'

/** One that ends or has ended is answered as it is. */
export const hangupCall: Answer<CallContract, 'hangupCall'> = async (tx, { id, reason }) => hangUp(tx, await calls.get(tx, id), reason)
