import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { speakings } from '../store/speakings.ts'

export const listSpeakings: Answer<TtsContract, 'listSpeakings'> = (read, page) => speakings.list(read, page)
