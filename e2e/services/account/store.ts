import { entityTable, type Tx } from '@voipbin/sql'
import { insertApplied } from '../applied.ts'
import { account, accountContract } from './contract.ts'

export const accounts = entityTable(accountContract, 'account_accounts', account)

export const recordApplied = insertApplied('account_applied')

/** A row a run: a job that ran twice has two. */
export async function recordReminder(tx: Tx, kind: string, reminderId: string): Promise<void> {
  await tx.connection.run('insert into account_reminders (kind, reminder_id) values (?, ?)', [kind, reminderId])
}
