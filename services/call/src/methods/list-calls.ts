import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { calls } from '../store/calls.ts'

export const listCalls: Answer<CallContract, 'listCalls'> = (read, { owner_id, ...page }) =>
  calls.list(read, page, owner_id === undefined ? {} : { owner_id })
