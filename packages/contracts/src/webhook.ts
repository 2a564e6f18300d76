import { z } from 'zod'
import { command, defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal, timestamp } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { Admin, AdminOrManager } from './permission.ts'

/**
 * waiting: not sent yet, or tried and to be tried again. delivered: the receiver took it. rejected: the receiver answered
 * that it does not want it. dead: given up. The last three are final, but for a replay.
 */
export const deliveryStates = ['waiting', 'delivered', 'rejected', 'dead'] as const

const httpStatus = z.int().nonnegative()

/** One request to the receiver, and what became of it. */
export const webhookAttempt = z.object({
  tm_start: timestamp(),
  duration_ms: z.int().nonnegative(),
  method: z.string().max(8),
  uri: z.string().max(1024),
  status_code: httpStatus.describe('0: no answer came'),
  error: z.string().max(1024).describe('Empty where an answer came'),
})
export type WebhookAttempt = z.output<typeof webhookAttempt>

const fields = {
  event_id: id(),
  event_type: z.string().max(100),
  resource_id: z.string().max(255).describe('What the event tells of'),
  state: z.enum(deliveryStates),
  attempt_count: z.int().nonnegative(),
  last_status_code: httpStatus,
  last_error: z.string().max(1024),
  tm_next: timestamp().nullable().describe('When it will be tried; null where others go first, or no try is left'),
  destination_id: internal(id()),
  /** Deliveries to one destination under one key are sent one after the other, by `position`. */
  order_key: internal(z.string().max(255)),
  position: internal(z.int().positive()),
  /** When the tries began that are counted in `tries`: at the event, or at the last replay. */
  tm_queue: internal(timestamp()),
  tries: internal(z.int().nonnegative()),
}

/** An event on its way to a receiver of its customer. Kept for 30 days. */
export const webhookDelivery = entity('webhook_delivery', fields, { get: 'getWebhookDelivery' })
export type WebhookDelivery = z.output<typeof webhookDelivery>

/** With what was sent, and every try of it; lists leave that out. */
export const webhookDeliveryDetail = entity(
  'webhook_delivery',
  { ...fields, body: z.string(), attempts: z.array(webhookAttempt) },
  { get: 'getWebhookDelivery' },
)
export type WebhookDeliveryDetail = z.output<typeof webhookDeliveryDetail>

const listed = pageOfCustomer.extend({ state: z.enum(deliveryStates).optional(), resource_id: z.string().max(255).optional() })

export const webhookContract = defineContract({
  service: 'webhook',
  /** None: a delivery that told of itself would be delivered. */
  events: {},
  methods: {
    listWebhookDeliveries: query(listed, pageOf(webhookDelivery)),
    getWebhookDelivery: query(byId, webhookDeliveryDetail),
    /** Sends a final one again, at once and whatever else waits. @throws DELIVERY_NOT_FINAL */
    replayWebhookDelivery: mutation(byId, webhookDelivery),
    /** Sends a `webhook_test` event now, once, and tells what came of it. @throws WEBHOOK_NOT_SET, TEST_UNDER_WAY */
    testWebhook: command(ofCustomer(z.object({})), webhookAttempt.extend({ is_delivered: z.boolean() }), { timeout: 'long' }),
  },
  api: {
    'GET /webhook_deliveries': {
      method: 'listWebhookDeliveries',
      permission: AdminOrManager,
      page: { default: 100, max: 100 },
      summary: 'The delivery log of the customer, newest first; by state and resource where given',
    },
    'GET /webhook_deliveries/:id': {
      method: 'getWebhookDelivery',
      permission: AdminOrManager,
      owned: { id: 'webhook_delivery' },
      summary: 'A delivery with its body and every attempt',
    },
    'POST /webhook_deliveries/:id/replay': {
      method: 'replayWebhookDelivery',
      permission: AdminOrManager,
      owned: { id: 'webhook_delivery' },
      summary: 'Sends a delivery again that was delivered, rejected or given up',
    },
    'POST /webhooks/test': {
      method: 'testWebhook',
      permission: Admin,
      summary: 'Sends a signed webhook_test event to the webhook of the customer and answers with what came of it',
    },
  },
})
