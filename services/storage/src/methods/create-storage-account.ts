import { customerContract } from '@voipbin/contracts/customer'
import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer, Clients } from '@voipbin/service-kit'
import { accounts, ensureAccount } from '../store/accounts.ts'

export const createStorageAccount =
  (client: Clients): Answer<StorageContract, 'createStorageAccount'> =>
  async (ctx, { customer_id }) => {
    await client(customerContract)
      .getCustomer({ id: customer_id })
      .catch((error: unknown) => {
        throw error instanceof ServiceError && error.status === 'NOT_FOUND' ? noCustomer(customer_id) : error
      })
    return ctx.transaction(async (tx) => {
      if (await accounts.first(tx, { customer_id }))
        throw new ServiceError(
          'ALREADY_EXISTS',
          'STORAGE_ACCOUNT_EXISTS',
          `Cannot make a storage account: customer "${customer_id}" has one`,
        )
      return ensureAccount(tx, customer_id)
    })
  }

const noCustomer = (id: string) =>
  invalidArgument('Cannot make a storage account', [{ field: 'customer_id', rule: `there is no customer "${id}"` }])
