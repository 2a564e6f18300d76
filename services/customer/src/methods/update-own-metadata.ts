import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { updateCustomerMetadata } from './update-customer-metadata.ts'

export const updateOwnMetadata: Answer<typeof customerContract, 'updateOwnMetadata'> = (tx, { customer_id, ...fields }) =>
  updateCustomerMetadata(tx, { id: customer_id, ...fields })
