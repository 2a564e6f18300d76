import { ServiceError } from '@voipbin/contracts/errors'
import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer } from '@voipbin/service-kit'
import { refuseStopped } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'
import { spokenMessages, unsaidIds } from '../store/spoken-messages.ts'
import { saySpoken } from '../work.ts'

const MAX_UNSAID = 50

export const saySpeaking: Answer<TtsContract, 'saySpeaking'> = async (tx, { id, text }) => {
  const speaking = await speakings.get(tx, id)
  refuseStopped(speaking, 'say a text in')
  if ((await unsaidIds(tx, id)).length >= MAX_UNSAID)
    throw new ServiceError('RESOURCE_EXHAUSTED', 'SPEAKING_QUEUE_FULL', `Cannot say a text in speaking "${id}": ${MAX_UNSAID} wait already`)
  const number = speaking.said_count + 1
  const after = await speakings.keep(tx, speaking, { said_count: number })
  const { customer_id } = speaking
  await spokenMessages.insert(tx, 'message_initiated', { customer_id, speaking_id: id, number, status: 'initiated', text })
  tx.schedule(saySpoken, id, tx.now, { speaking_id: id })
  return after
}
