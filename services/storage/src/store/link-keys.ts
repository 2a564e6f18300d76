import { DuplicateKey, type Read, type Tx } from '@voipbin/sql'

const TABLE = 'storage_link_keys'

export async function findLinkKey(read: Read): Promise<string | undefined> {
  const [row] = await read.connection.all(`select secret_key from ${TABLE} where name = 'current'`, [])
  return row && String(row['secret_key'])
}

/** Where two replicas start at once, the first key counts. */
export async function saveLinkKey(tx: Tx, key: string): Promise<void> {
  try {
    await tx.connection.run(`insert into ${TABLE} (name, secret_key, tm_create) values ('current', ?, ?)`, [key, tx.now])
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
  }
}
