import type { Tx } from '@voipbin/sql'
import type { Queue } from '../queue.ts'
import { hasWaiting, WAITING } from './deliveries.ts'

const TABLE = 'webhook_queues'
const ONE = 'where destination_id = ? and order_key = ?'

/** Takes the next place. `isFirst`: nothing waits, so nobody is under way to send it. */
export async function joinQueue(tx: Tx, { destination_id, order_key }: Queue): Promise<{ position: number; isFirst: boolean }> {
  const key = [destination_id, order_key]
  const first = `insert into ${TABLE} (destination_id, order_key, last_position) values (?, ?, 1)`
  const isSqlite = tx.connection.dialect === 'sqlite'
  // Mostly nothing waits, and one statement does. Beside other writers a row that is there is rather locked by changing it.
  if (isSqlite && (await tx.connection.run(`${first} on conflict do nothing`, key)) === 1) return { position: 1, isFirst: true }
  if ((await tx.connection.run(`update ${TABLE} set last_position = last_position + 1 ${ONE}`, key)) === 1) {
    const [row] = await tx.connection.all(`select last_position from ${TABLE} ${ONE}`, key)
    return { position: Number(row?.['last_position']), isFirst: false }
  }
  await tx.connection.run(first, key)
  return { position: 1, isFirst: true }
}

/** Ends the queue unless something waits in it. Whoever joins at the same time waits for this, or is seen. @returns whether it goes on */
export async function leaveQueue(tx: Tx, queue: Queue): Promise<boolean> {
  const key = [queue.destination_id, queue.order_key]
  if (tx.connection.dialect === 'sqlite') {
    // Nobody joins at the same time, so one statement tells.
    if ((await tx.connection.run(`delete from ${TABLE} ${ONE} and not exists (${WAITING})`, [...key, ...key])) === 1) return false
  } else await tx.connection.run(`update ${TABLE} set last_position = last_position ${ONE}`, key)
  if (await hasWaiting(tx, queue)) return true
  await tx.connection.run(`delete from ${TABLE} ${ONE}`, key)
  return false
}
