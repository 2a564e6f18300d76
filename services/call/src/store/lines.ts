import type { Tx } from '@voipbin/sql'
import { countLiveOf } from './calls.ts'

type Line = { readonly identity_id: string; readonly customer_id: string }

/**
 * Whether an extension or trunk has made fewer calls than that which have not ended. Its row is locked until the end of the transaction, so
 * that of many at the same time no more come through.
 */
export async function hasFreeLine(tx: Tx, { identity_id, customer_id }: Line, lines: number): Promise<boolean> {
  const { connection } = tx
  const known = await connection.run('update call_lines set offers = offers + 1 where identity_id = ?', [identity_id])
  // Of two that come first at the same time, the second finds the key taken, and its transaction runs again.
  if (known === 0)
    await connection.run('insert into call_lines (identity_id, customer_id, offers) values (?, ?, 1)', [identity_id, customer_id])
  return (await countLiveOf(tx, identity_id)) < lines
}

export async function forgetLines({ connection }: Tx, customerId: string): Promise<void> {
  await connection.run('delete from call_lines where customer_id = ?', [customerId])
}
