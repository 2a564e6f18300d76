import type { webhookContract } from '@voipbin/contracts/webhook'
import type { Answer } from '@voipbin/service-kit'
import { deliveries } from '../store/deliveries.ts'

export const listWebhookDeliveries: Answer<typeof webhookContract, 'listWebhookDeliveries'> = (read, { state, resource_id, ...page }) =>
  deliveries.list(read, page, { ...(state === undefined ? {} : { state }), ...(resource_id === undefined ? {} : { resource_id }) })
