import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { speakings } from '../store/speakings.ts'

export const getSpeaking: Answer<TtsContract, 'getSpeaking'> = (read, { id }) => speakings.get(read, id)
