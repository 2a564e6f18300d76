import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { spokenMessages } from '../store/spoken-messages.ts'

export const getSpokenMessage: Answer<TtsContract, 'getSpokenMessage'> = (read, { id }) => spokenMessages.get(read, id)
