import { ttsContract } from '@voipbin/contracts/tts'
import { speaking } from '@voipbin/contracts/tts-speaking'
import { DuplicateKey, entityTable, type Tx } from '@voipbin/sql'

export const speakings = entityTable(ttsContract, 'tts_speakings', speaking)

/** @returns false where somebody speaks there already */
export async function takeReference({ connection }: Tx, referenceId: string, speakingId: string): Promise<boolean> {
  try {
    await connection.run('insert into tts_speaking_references (reference_id, speaking_id) values (?, ?)', [referenceId, speakingId])
    return true
  } catch (error) {
    if (error instanceof DuplicateKey) return false
    throw error
  }
}

export async function freeReference({ connection }: Tx, referenceId: string, speakingId: string): Promise<void> {
  await connection.run('delete from tts_speaking_references where reference_id = ? and speaking_id = ?', [referenceId, speakingId])
}

/** Who speaks in a call or room now. */
export async function speakingIdIn({ connection }: Tx, referenceId: string): Promise<string | undefined> {
  const [row] = await connection.all('select speaking_id from tts_speaking_references where reference_id = ?', [referenceId])
  return row && String(row['speaking_id'])
}

export async function freeReferencesOf({ connection }: Tx, customerId: string): Promise<void> {
  const ids = 'select id from tts_speakings where customer_id = ?'
  await connection.run(`delete from tts_speaking_references where speaking_id in (${ids})`, [customerId])
}
