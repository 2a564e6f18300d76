import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { previousExpiry } from '../customer.ts'
import { customers } from '../store/customers.ts'

export const getWebhookSettings: Answer<typeof customerContract, 'getWebhookSettings'> = async (read, { id }) => {
  const customer = await customers.get(read, id)
  const { webhook_secret_previous, ...settings } = customer
  const signs = customer.tm_webhook_secret !== undefined && previousExpiry(customer.tm_webhook_secret) > read.now
  return signs ? customer : settings
}
