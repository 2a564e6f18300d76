import type { Read, Tx } from '@voipbin/sql'

/** What is known here of a customer's webhook. An empty `uri` means that it wants none. */
export type WebhookSettings = {
  readonly customer_id: string
  readonly uri: string
  readonly method: string
  readonly is_deleted: boolean
  /** Of the customer, when it was so; 0 where it was asked for. */
  readonly version: number
}

const TABLE = 'webhook_settings'

export async function findSettings(read: Read, customerId: string): Promise<WebhookSettings | undefined> {
  const text = `select customer_id, uri, method, is_deleted, version from ${TABLE} where customer_id = ?`
  const [row] = await read.connection.all(text, [customerId])
  return row && { ...(row as WebhookSettings), is_deleted: Number(row['is_deleted']) === 1, version: Number(row['version']) }
}

/** Keeps what is newer than what is kept. @returns what was kept before, and whether it gave way */
export async function saveSettings(tx: Tx, settings: WebhookSettings): Promise<{ before: WebhookSettings | undefined; isSaved: boolean }> {
  const { customer_id, uri, method, is_deleted, version } = settings
  const before = await findSettings(tx, customer_id)
  if (before && before.version >= version) return { before, isSaved: false }
  const values = [uri, method, is_deleted ? 1 : 0, version, tx.now, customer_id]
  const update = `update ${TABLE} set uri = ?, method = ?, is_deleted = ?, version = ?, tm_update = ? where customer_id = ? and version < ?`
  const insert = `insert into ${TABLE} (uri, method, is_deleted, version, tm_update, customer_id) values (?, ?, ?, ?, ?, ?)`
  const count = before ? await tx.connection.run(update, [...values, version]) : await tx.connection.run(insert, values)
  return { before, isSaved: count === 1 }
}

export async function deleteSettings(tx: Tx, customerId: string): Promise<void> {
  await tx.connection.run(`delete from ${TABLE} where customer_id = ?`, [customerId])
}
