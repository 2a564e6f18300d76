import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { recordings } from '../store/recordings.ts'

export const listRecordings: Answer<CallContract, 'listRecordings'> = (read, { reference_id, ...page }) =>
  recordings.list(read, page, reference_id === undefined ? {} : { reference_id })
