import type { Read, Tx } from '@voipbin/sql'

/** Customers whose phones and trunks are nobody's while they are frozen. */
export async function freeze(tx: Tx, customerId: string): Promise<void> {
  if (!(await isFrozen(tx, customerId))) await tx.connection.run('INSERT INTO registrar_frozen_customers (id) VALUES (?)', [customerId])
}

export async function unfreeze({ connection }: Tx, customerId: string): Promise<void> {
  await connection.run('DELETE FROM registrar_frozen_customers WHERE id = ?', [customerId])
}

export async function isFrozen({ connection }: Read, customerId: string): Promise<boolean> {
  return (await connection.all('SELECT id FROM registrar_frozen_customers WHERE id = ?', [customerId])).length > 0
}
