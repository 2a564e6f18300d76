import { ttsContract } from '@voipbin/contracts/tts'
import { type SpokenMessage, spokenMessage } from '@voipbin/contracts/tts-speaking'
import { entityTable, type Read, type Tx } from '@voipbin/sql'

export const spokenMessages = entityTable(ttsContract, 'tts_spoken_messages', spokenMessage)

/** Those that have not been said to their end, in the order in which they came. */
export async function unsaidIds({ connection }: Read, speakingId: string, isNew = false): Promise<string[]> {
  const text = `select id from tts_spoken_messages where speaking_id = ? and tm_delete is null${isNew ? " and status = 'initiated'" : ''} order by number`
  return (await connection.all(text, [speakingId])).map((row) => String(row['id']))
}

/** Those that its node has and that have not been heard to their end. */
export async function countAhead({ connection }: Read, speakingId: string): Promise<number> {
  const text = "select count(*) as ahead from tts_spoken_messages where speaking_id = ? and tm_delete is null and status <> 'initiated'"
  const [row] = await connection.all(text, [speakingId])
  return Number(row?.['ahead'])
}

/** It is over, and its text with it. */
export const finish = (tx: Tx, message: SpokenMessage, status: 'finished' | 'flushed'): Promise<SpokenMessage> =>
  spokenMessages.remove(tx, 'message_play_finished', message, { status, text: '' })
