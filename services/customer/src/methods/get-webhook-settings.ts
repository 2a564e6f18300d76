import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

export const getWebhookSettings: Answer<typeof customerContract, 'getWebhookSettings'> = (read, { id }) => customers.get(read, id)
