import { addMilliseconds } from '@voipbin/contracts/time'
import { type Answer, sleep } from '@voipbin/service-kit'
import type { z } from 'zod'
import { ledgerContract } from '../ledger/contract.ts'
import type { accountContract, forbidden } from './contract.ts'
import { notify, settling } from './jobs.ts'
import { accounts } from './store.ts'

type Accounts = typeof accountContract

export const getAccount: Answer<Accounts, 'getAccount'> = (read, { id }) => accounts.get(read, id)

export const openAccount: Answer<Accounts, 'openAccount'> = (tx, fields) => accounts.insert(tx, 'account_opened', { ...fields, balance: 0 })

export const changeAccount: Answer<Accounts, 'changeAccount'> = async (tx, { id, name }) =>
  accounts.update(tx, 'account_changed', await accounts.get(tx, id), { name })

export const closeAccount: Answer<Accounts, 'closeAccount'> = async (tx, { id }) =>
  accounts.remove(tx, 'account_closed', await accounts.get(tx, id))

export const transfer: Answer<Accounts, 'transfer'> = async (tx, { id, transfer_id, amount }) => {
  const account = await accounts.get(tx, id)
  tx.request(ledgerContract, 'book', { customer_id: account.customer_id, transfer_id, account_id: id, amount })
  return accounts.update(tx, 'account_changed', account, { balance: account.balance - amount })
}

export const remind: Answer<Accounts, 'remind'> = async (tx, { id, reminder_id, delay_ms }) => {
  const account = await accounts.get(tx, id)
  const dueAt = addMilliseconds(tx.now, delay_ms)
  tx.schedule(settling, reminder_id, dueAt, { reminder_id })
  tx.schedule(notify, reminder_id, dueAt, { reminder_id })
  return accounts.update(tx, 'account_changed', account, {})
}

type Waits = Readonly<Record<z.output<typeof forbidden>, () => Promise<unknown>>>

export const waitInside =
  (waits: Waits): Answer<Accounts, 'waitInside'> =>
  async (tx, { id, on }) => {
    const changed = await accounts.update(tx, 'account_changed', await accounts.get(tx, id), { name: 'changed by a refused method' })
    await waits[on]()
    return changed
  }

export const dawdle: Answer<Accounts, 'dawdle'> = async ({ clock }, { ms }) => {
  await sleep(clock, ms)
  return { slept_ms: ms }
}
