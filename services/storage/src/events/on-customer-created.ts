import type { Customer } from '@voipbin/contracts/customer'
import type { Tx } from '@voipbin/sql'
import { ensureAccount } from '../store/accounts.ts'

export const onCustomerCreated = async (tx: Tx, { data: { id } }: { readonly data: Customer }): Promise<void> =>
  void (await ensureAccount(tx, id))
