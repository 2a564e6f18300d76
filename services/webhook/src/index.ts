import { customerContract } from '@voipbin/contracts/customer'
import { webhookContract } from '@voipbin/contracts/webhook'
import { createOutbound } from '@voipbin/outbound'
import { defineService, on, onAny, watch } from '@voipbin/service-kit'
import { isInsideTransaction } from '@voipbin/sql'
import { webhookConfig } from './config.ts'
import { keepDeleted, keepSettings } from './events/keep-settings.ts'
import { queueDeliveries } from './events/queue-deliveries.ts'
import { createGate } from './gate.ts'
import { deliver, deliverNext } from './jobs/deliver.ts'
import { forget, forgetActiveflow } from './jobs/forget-activeflow.ts'
import { forgetDeliveries, forgetOld } from './jobs/forget-deliveries.ts'
import { purge, purgeDeliveries, schedulePurge } from './jobs/purge-deliveries.ts'
import { getWebhookDelivery } from './methods/get-webhook-delivery.ts'
import { listWebhookDeliveries } from './methods/list-webhook-deliveries.ts'
import { replayWebhookDelivery } from './methods/replay-webhook-delivery.ts'
import { testWebhook } from './methods/test-webhook.ts'
import { publicEventsOf } from './public-events.ts'
import { createReceivers } from './receivers.ts'
import { createSend } from './send.ts'

/** What is under way when the service ends has this long; the rest is tried again by whoever starts next. */
const FINISH_MS = 5000

export const webhookService = defineService({
  contract: webhookContract,
  config: webhookConfig,
  folder: import.meta,
  start: ({ client, clock, config, contracts, metrics, newId }) => {
    const outbound = createOutbound({ allow: config.outboundAllow, after: clock.after, check: refuseInsideTransaction })
    const receivers = createReceivers(client(customerContract), clock)
    const gate = createGate(clock)
    const ending = new AbortController()
    const send = createSend({ outbound, clock, metrics, ending: ending.signal })
    const publicEvents = publicEventsOf(contracts)
    const forgetReceiver = ({ data }: { readonly data: { readonly id: string } }) => receivers.forget(data.id)
    metrics.gauge('voipbin_webhook_requests', 'Requests to webhooks of customers under way', [], async () => [
      { labels: {}, value: gate.underWay() },
    ])
    return {
      methods: { listWebhookDeliveries, getWebhookDelivery, replayWebhookDelivery, testWebhook: testWebhook({ receivers, send, newId }) },
      events: [
        onAny(publicEvents, 'queue_deliveries', queueDeliveries(publicEvents)),
        on(customerContract, 'customer_created', keepSettings),
        on(customerContract, 'customer_updated', keepSettings),
        on(customerContract, 'customer_deleted', keepDeleted),
        on(customerContract, 'customer_deleted', schedulePurge),
      ],
      jobs: [
        deliver.outside(deliverNext({ gate, receivers, send })),
        forgetDeliveries.inTx(forgetOld),
        forgetActiveflow.inTx(forget),
        purgeDeliveries.inTx(purge),
      ],
      watches: [watch(customerContract, 'customer_updated', forgetReceiver), watch(customerContract, 'customer_deleted', forgetReceiver)],
      listen: async () => ({
        description: '',
        async close() {
          const cancel = clock.after(FINISH_MS, () => ending.abort())
          await gate.close()
          cancel()
          ending.abort()
          outbound.close()
        },
      }),
    }
  },
})

function refuseInsideTransaction(): void {
  if (isInsideTransaction()) throw new TypeError('A webhook may not be sent inside a transaction: it would hold it open')
}
