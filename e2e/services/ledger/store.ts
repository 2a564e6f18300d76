import { entityTable, type Read, type Tx } from '@voipbin/sql'
import { insertApplied } from '../applied.ts'
import { booking, ledgerContract } from './contract.ts'

export const bookings = entityTable(ledgerContract, 'ledger_bookings', booking)

export const recordApplied = insertApplied('ledger_applied')

export async function countRows(read: Read): Promise<number> {
  const [row] = await read.connection.all('select count(*) as total from ledger_bookings', [])
  return Number(row?.['total'] ?? 0)
}

export async function isPoisoned(read: Read, id: string, sequence: number): Promise<boolean> {
  const text = 'select id from ledger_poisons where id = ? and sequence = ?'
  return (await read.connection.all(text, [id, sequence])).length > 0
}

export async function addPoison(tx: Tx, id: string, sequence: number): Promise<void> {
  await tx.connection.run('insert into ledger_poisons (id, sequence) values (?, ?)', [id, sequence])
}

export async function removePoison(tx: Tx, id: string, sequence: number): Promise<void> {
  await tx.connection.run('delete from ledger_poisons where id = ? and sequence = ?', [id, sequence])
}
