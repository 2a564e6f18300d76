import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { previousExpiry, refuseFixed, rotateSecret } from '../customer.ts'
import { customers } from '../store/customers.ts'

export const rotateWebhookSecret: Answer<typeof customerContract, 'rotateWebhookSecret'> = async (tx, { customer_id }) => {
  const customer = await customers.get(tx, customer_id)
  refuseFixed(customer)
  const rotated = rotateSecret(customer, tx.now)
  await customers.update(tx, 'customer_updated', customer, rotated)
  return { webhook_secret: rotated.webhook_secret, tm_previous_expire: previousExpiry(tx.now) }
}
