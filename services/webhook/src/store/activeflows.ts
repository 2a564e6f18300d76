import type { Read, Tx } from '@voipbin/sql'

/** Where a running flow wants what happens in it, beside its customer. */
export type ActiveflowWebhook = {
  readonly activeflow_id: string
  readonly customer_id: string
  readonly uri: string
  readonly method: string
}

const TABLE = 'webhook_activeflows'

export async function findActiveflow(read: Read, activeflowId: string): Promise<ActiveflowWebhook | undefined> {
  const text = `select activeflow_id, customer_id, uri, method from ${TABLE} where activeflow_id = ?`
  const [row] = await read.connection.all(text, [activeflowId])
  return row as ActiveflowWebhook | undefined
}

export async function insertActiveflow(tx: Tx, { activeflow_id, customer_id, uri, method }: ActiveflowWebhook): Promise<void> {
  const text = `insert into ${TABLE} (activeflow_id, customer_id, uri, method, tm_create) values (?, ?, ?, ?, ?)`
  await tx.connection.run(text, [activeflow_id, customer_id, uri, method, tx.now])
}

export async function deleteActiveflow(tx: Tx, activeflowId: string): Promise<void> {
  await tx.connection.run(`delete from ${TABLE} where activeflow_id = ?`, [activeflowId])
}

/** @returns how many of a customer's, `limit` at most */
export async function deleteActiveflows(tx: Tx, customerId: string, limit: number): Promise<number> {
  const rows = await tx.connection.all(`select activeflow_id from ${TABLE} where customer_id = ? limit ${limit}`, [customerId])
  for (const row of rows) await deleteActiveflow(tx, String(row['activeflow_id']))
  return rows.length
}
