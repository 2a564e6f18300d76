import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { stop } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'

export const stopSpeaking: Answer<TtsContract, 'stopSpeaking'> = async (tx, { id }) => stop(tx, await speakings.get(tx, id))
