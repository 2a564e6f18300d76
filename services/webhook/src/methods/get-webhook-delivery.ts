import type { webhookContract } from '@voipbin/contracts/webhook'
import type { Answer } from '@voipbin/service-kit'
import { deliveryDetails } from '../store/deliveries.ts'

export const getWebhookDelivery: Answer<typeof webhookContract, 'getWebhookDelivery'> = (read, { id }) => deliveryDetails.get(read, id)
