import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { stop } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'

export const deleteSpeaking: Answer<TtsContract, 'deleteSpeaking'> = async (tx, { id }) =>
  speakings.remove(tx, 'speaking_deleted', await stop(tx, await speakings.get(tx, id)))
