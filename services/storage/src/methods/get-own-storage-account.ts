import { notFound } from '@voipbin/contracts/errors'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { accounts } from '../store/accounts.ts'

export const getOwnStorageAccount: Answer<StorageContract, 'getOwnStorageAccount'> = async (read, { customer_id }) => {
  const account = await accounts.first(read, { customer_id })
  if (!account) throw notFound('storage account of customer', customer_id)
  return account
}
