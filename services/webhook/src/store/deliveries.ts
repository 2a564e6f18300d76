import {
  type WebhookAttempt,
  type WebhookDeliveryDetail,
  webhookContract,
  webhookDelivery,
  webhookDeliveryDetail,
} from '@voipbin/contracts/webhook'
import { entityTable, type Read, type SqlValue, type Tx } from '@voipbin/sql'
import type { Settled } from '../delivery.ts'
import type { Queue } from '../queue.ts'

const TABLE = 'webhook_deliveries'

/** Reads. Writes are below: they tell of nothing, because every event of a delivery would be delivered. */
export const deliveries = entityTable(webhookContract, TABLE, webhookDelivery)
export const deliveryDetails = entityTable(webhookContract, TABLE, webhookDeliveryDetail)

/** The next of a queue, with what sending it takes. */
export type Head = Pick<
  WebhookDeliveryDetail,
  'id' | 'customer_id' | 'event_type' | 'body' | 'attempt_count' | 'tries' | 'tm_queue' | 'version'
> & {
  readonly attempts: readonly WebhookAttempt[]
}

type NewDelivery = Pick<
  WebhookDeliveryDetail,
  'customer_id' | 'event_id' | 'event_type' | 'resource_id' | 'destination_id' | 'order_key' | 'position' | 'tm_next' | 'body'
>

const columns = Object.keys(webhookDeliveryDetail.shape)
const INSERT = `insert into ${TABLE} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`

export async function insertDelivery(tx: Tx, fields: NewDelivery): Promise<void> {
  const row: Record<string, SqlValue> = {
    ...fields,
    ...{
      id: tx.newId(),
      state: 'waiting',
      attempt_count: 0,
      last_status_code: 0,
      last_error: '',
      tm_queue: tx.now,
      tries: 0,
      attempts: '[]',
    },
    ...{ tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 },
  }
  await tx.connection.run(
    INSERT,
    columns.map((column) => row[column] ?? null),
  )
}

const ofQueue = `from ${TABLE} where destination_id = ? and order_key = ? and state = 'waiting'`

export async function headOf(read: Read, { destination_id, order_key }: Queue): Promise<Head | undefined> {
  const text = `select id, customer_id, event_type, body, attempt_count, tries, tm_queue, version, attempts ${ofQueue} order by position limit 1`
  const [row] = await read.connection.all(text, [destination_id, order_key])
  if (!row) return undefined
  const counts = { attempt_count: Number(row['attempt_count']), tries: Number(row['tries']), version: Number(row['version']) }
  return { ...(row as Head), ...counts, attempts: JSON.parse(String(row['attempts'])) as WebhookAttempt[] }
}

/** Of a destination and order key. */
export const WAITING = `select 1 as one ${ofQueue} limit 1`

export async function hasWaiting(read: Read, { destination_id, order_key }: Queue): Promise<boolean> {
  return (await read.connection.all(WAITING, [destination_id, order_key])).length > 0
}

/** A compare-and-set, as is the next. @returns false where it was deleted meanwhile */
export async function saveSettled(tx: Tx, head: Pick<Head, 'id' | 'version'>, settled: Settled): Promise<boolean> {
  const { state, attempt_count, last_status_code, last_error, tm_next, tries, attempts } = settled
  const text =
    `update ${TABLE} set state = ?, attempt_count = ?, last_status_code = ?, last_error = ?, tm_next = ?, tries = ?, attempts = ?, ` +
    'tm_update = ?, version = version + 1 where id = ? and version = ?'
  const values = [
    state,
    attempt_count,
    last_status_code,
    last_error,
    tm_next,
    tries,
    JSON.stringify(attempts),
    tx.now,
    head.id,
    head.version,
  ]
  return (await tx.connection.run(text, values)) === 1
}

/** Waits again, in a queue of its own. */
export async function saveReplayed(
  tx: Tx,
  delivery: { readonly id: string; readonly version: number },
  orderKey: string,
): Promise<boolean> {
  const text =
    `update ${TABLE} set state = 'waiting', order_key = ?, position = 1, tries = 0, tm_queue = ?, tm_next = ?, tm_update = ?, ` +
    'version = version + 1 where id = ? and version = ?'
  return (await tx.connection.run(text, [orderKey, tx.now, tx.now, tx.now, delivery.id, delivery.version])) === 1
}

export async function deleteDelivery(tx: Tx, id: string): Promise<void> {
  await tx.connection.run(`delete from ${TABLE} where id = ?`, [id])
}

/** Deletes up to `limit` of a customer's, oldest first: the final ones before a time, or all. @returns how many */
export async function deleteDeliveries(tx: Tx, customerId: string, limit: number, before?: string): Promise<number> {
  const old = before === undefined ? '' : " and tm_create < ? and state <> 'waiting'"
  const text = `select id from ${TABLE} where customer_id = ? and tm_delete is null${old} order by tm_create, id limit ${limit}`
  const rows = await tx.connection.all(text, before === undefined ? [customerId] : [customerId, before])
  for (const row of rows) await deleteDelivery(tx, String(row['id']))
  return rows.length
}

/** Deletes up to `limit` of those to one destination. @returns how many */
export async function deleteDeliveriesTo(tx: Tx, destinationId: string, limit: number): Promise<number> {
  const rows = await tx.connection.all(`select id from ${TABLE} where destination_id = ? limit ${limit}`, [destinationId])
  for (const row of rows) await deleteDelivery(tx, String(row['id']))
  return rows.length
}

export async function hasDeliveries(read: Read, customerId: string): Promise<boolean> {
  const text = `select 1 as one from ${TABLE} where customer_id = ? and tm_delete is null limit 1`
  return (await read.connection.all(text, [customerId])).length > 0
}
