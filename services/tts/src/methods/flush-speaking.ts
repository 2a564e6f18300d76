import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { dropMessages, refuseStopped, tellNode } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'

/** What is said from now on comes after it, however late its node hears of it. */
export const flushSpeaking: Answer<TtsContract, 'flushSpeaking'> = async (tx, { id }) => {
  const speaking = await speakings.get(tx, id)
  refuseStopped(speaking, 'flush')
  await dropMessages(tx, id)
  const flush_count = speaking.flush_count + 1
  tellNode(tx, speaking, flush_count)
  return speakings.keep(tx, speaking, { flush_count })
}
