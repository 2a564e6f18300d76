import { ServiceError } from '@voipbin/contracts/errors'
import type { webhookContract } from '@voipbin/contracts/webhook'
import type { Answer } from '@voipbin/service-kit'
import type { Receivers } from '../receivers.ts'
import type { Send } from '../send.ts'

type Parts = { readonly receivers: Receivers; readonly send: Send; readonly newId: () => string }

/** One at a time a customer: each may hold a request for half a minute, and those are all customers'. */
export function testWebhook({ receivers, send, newId }: Parts): Answer<typeof webhookContract, 'testWebhook'> {
  const underWay = new Set<string>()
  return async (ctx, { customer_id }) => {
    if (underWay.has(customer_id))
      throw new ServiceError('RESOURCE_EXHAUSTED', 'TEST_UNDER_WAY', 'Cannot test the webhook: another test of it is under way')
    underWay.add(customer_id)
    try {
      const receiver = await receivers.of(customer_id)
      if (!receiver?.uri)
        throw new ServiceError('FAILED_PRECONDITION', 'WEBHOOK_NOT_SET', 'Cannot test the webhook: the customer has set none')
      const id = newId()
      const body = JSON.stringify({ type: 'webhook_test', data: { id, customer_id, tm_create: ctx.clock.time() } })
      const sent = await send({ id, body }, receiver)
      if (!sent) throw new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'Cannot test the webhook: the service is stopping')
      return { ...sent.attempt, is_delivered: sent.verdict === 'delivered' }
    } finally {
      underWay.delete(customer_id)
    }
  }
}
