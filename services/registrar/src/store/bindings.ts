import type { SipBinding } from '@voipbin/contracts/switch-legs'
import { digest, type Read, type Row, type Tx } from '@voipbin/sql'

/** A contact may be longer than a key. */
const keyOf = (contact: string) => digest(contact)
const columns = ['contact', 'node_id', 'flow', 'source', 'user_agent', 'sip_call_id', 'cseq', 'q', 'tm_expire'] as const
const SELECT = `SELECT ${columns.join(', ')} FROM registrar_bindings`

/** Live bindings of an extension. */
export async function bindingsOf({ connection, now }: Read, identityId: string): Promise<SipBinding[]> {
  return (await connection.all(`${SELECT} WHERE identity_id = ? AND tm_expire > ?`, [identityId, now])).map(decode)
}

/** As above, while nobody else changes them. SQLite has one writer anyway. */
export async function lockBindings(tx: Tx, identityId: string): Promise<SipBinding[]> {
  if (tx.connection.dialect === 'mysql') {
    await tx.connection.all('SELECT id FROM registrar_extensions WHERE id = ? FOR UPDATE', [identityId])
  }
  await tx.connection.run('DELETE FROM registrar_bindings WHERE identity_id = ? AND tm_expire <= ?', [identityId, tx.now])
  return bindingsOf(tx, identityId)
}

type Owner = { readonly identity_id: string; readonly customer_id: string }

export async function insertBindings(
  { connection }: Tx,
  { identity_id, customer_id }: Owner,
  bindings: readonly SipBinding[],
): Promise<void> {
  const names = ['identity_id', 'contact_key', 'customer_id', ...columns]
  const text = `INSERT INTO registrar_bindings (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
  for (const binding of bindings) {
    const values = columns.map((column) => binding[column])
    await connection.run(text, [identity_id, keyOf(binding.contact), customer_id, ...values])
  }
}

export async function deleteBindings({ connection }: Tx, identityId: string, bindings: readonly SipBinding[]): Promise<void> {
  const text = 'DELETE FROM registrar_bindings WHERE identity_id = ? AND contact_key = ?'
  for (const { contact } of bindings) await connection.run(text, [identityId, keyOf(contact)])
}

export async function deleteByFlow({ connection }: Tx, identityId: string, of: Pick<SipBinding, 'node_id' | 'flow'>): Promise<void> {
  const text = 'DELETE FROM registrar_bindings WHERE identity_id = ? AND node_id = ? AND flow = ?'
  await connection.run(text, [identityId, of.node_id, of.flow])
}

export async function dropBindings({ connection }: Tx, identityId: string): Promise<void> {
  await connection.run('DELETE FROM registrar_bindings WHERE identity_id = ?', [identityId])
}

/** Whether anybody is registered from an address and port, `udp:192.0.2.1:40312`. */
export async function isBoundFrom({ connection, now }: Read, source: string): Promise<boolean> {
  const text = 'SELECT identity_id FROM registrar_bindings WHERE source = ? AND tm_expire > ? LIMIT 1'
  return source !== '' && (await connection.all(text, [source, now])).length > 0
}

function decode(row: Row): SipBinding {
  const text = (name: string) => String(row[name])
  return {
    ...{ contact: text('contact'), node_id: text('node_id'), flow: text('flow'), source: text('source') },
    ...{ user_agent: text('user_agent'), sip_call_id: text('sip_call_id'), tm_expire: text('tm_expire') },
    ...{ cseq: Number(row['cseq']), q: Number(row['q']) },
  }
}
