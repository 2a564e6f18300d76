import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { recordings } from '../store/recordings.ts'

export const getRecording: Answer<CallContract, 'getRecording'> = (read, { id }) => recordings.get(read, id)
