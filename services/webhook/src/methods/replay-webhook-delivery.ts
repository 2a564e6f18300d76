import { ServiceError } from '@voipbin/contracts/errors'
import type { webhookContract } from '@voipbin/contracts/webhook'
import type { Answer } from '@voipbin/service-kit'
import { deliver, queueKey } from '../jobs/deliver.ts'
import { deliveries, saveReplayed } from '../store/deliveries.ts'
import { joinQueue } from '../store/queues.ts'

/** In a queue of its own: whoever asks for it by hand does not want it to wait behind what is stuck. */
export const replayWebhookDelivery: Answer<typeof webhookContract, 'replayWebhookDelivery'> = async (tx, { id }) => {
  const delivery = await deliveries.get(tx, id)
  if (delivery.state === 'waiting') {
    throw new ServiceError('FAILED_PRECONDITION', 'DELIVERY_NOT_FINAL', `Cannot replay webhook delivery "${id}": it is still to be sent`)
  }
  const { customer_id, destination_id } = delivery
  const queue = { customer_id, destination_id, order_key: `replay:${id}` }
  await joinQueue(tx, queue)
  await saveReplayed(tx, delivery, queue.order_key)
  tx.schedule(deliver, queueKey(queue), tx.now, queue)
  return deliveries.get(tx, id)
}
