import { customerContract } from '@voipbin/contracts/customer'
import { notFound, ServiceError } from '@voipbin/contracts/errors'
import { flowContract } from '@voipbin/contracts/flow'
import { type WebhookDelivery, webhookContract } from '@voipbin/contracts/webhook'
import {
  aCustomer,
  createFakeClock,
  type FakeClock,
  fakeService,
  publishEvent,
  type Receiver,
  type System,
  startReceiver,
  startSystem,
} from '@voipbin/test-kit'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { webhookService } from '../src/index.ts'
import { aCall, type Call, callContract } from './call-contract.ts'

export const secret = `whsec_${Buffer.from('a secret of a customer').toString('base64')}`

export type Settings = {
  webhook_uri: string
  webhook_method: '' | 'POST' | 'PUT' | 'GET' | 'DELETE'
  webhook_secret: string
  webhook_secret_previous?: string
}

/** The webhook service on a fake clock, its neighbours faked: the owner of the settings, and whoever publishes calls. */
export async function startWebhook(
  options: { allow?: string; dataDir?: string; sqlUrl?: string; clock?: FakeClock; settings?: Map<string, Settings> } = {},
) {
  const clock = options.clock ?? createFakeClock()
  const system: System = await startSystem({
    services: [webhookService],
    contracts: [webhookContract, customerContract, callContract, flowContract],
    clock,
    env: { VOIPBIN_OUTBOUND_ALLOW: options.allow ?? '127.0.0.0/8' },
    ...(options.dataDir ? { dataDir: options.dataDir, sqlUrl: 'sqlite:' } : {}),
    ...(options.sqlUrl ? { sqlUrl: options.sqlUrl } : {}),
  })
  const settings = options.settings ?? new Map<string, Settings>()
  const state = { isOwnerAway: false, asked: 0 }
  const owner = await fakeService(system.bus, customerContract, {
    getWebhookSettings: ({ id }: { id: string }) => {
      state.asked++
      if (state.isOwnerAway) throw new ServiceError('FAILED_PRECONDITION', 'AWAY', 'not now')
      const found = settings.get(id)
      if (!found) throw notFound('customer', id)
      return { id, ...found }
    },
  })
  const client = system.client(webhookContract)
  const set = (customer_id: string, changes: Partial<Settings>): Settings => {
    const merged: Settings = { webhook_uri: '', webhook_method: 'POST', webhook_secret: secret, ...settings.get(customer_id), ...changes }
    settings.set(customer_id, merged)
    return merged
  }
  let version = 0

  return {
    ...{ system, clock, state, client, settings },
    /** A customer with a webhook, known by its event as it would be. */
    async customer(webhook_uri: string, changes: Partial<Settings> = {}): Promise<string> {
      const customer = aCustomer()
      const { webhook_method } = set(customer.id, { webhook_uri, ...changes })
      await publishEvent(system.bus, customerContract, 'customer_created', { ...customer, webhook_uri, webhook_method, version: ++version })
      return customer.id
    },
    set,
    async update(customer_id: string, changes: Partial<Settings>): Promise<void> {
      const { webhook_uri, webhook_method } = set(customer_id, changes)
      const customer = { ...aCustomer({ id: customer_id }), webhook_uri, webhook_method, version: ++version }
      await publishEvent(system.bus, customerContract, 'customer_updated', customer)
    },
    async remove(customer_id: string): Promise<void> {
      settings.delete(customer_id)
      await publishEvent(system.bus, customerContract, 'customer_deleted', { ...aCustomer({ id: customer_id }), version: ++version })
    },
    publish: (type: 'call_created' | 'call_updated' | 'call_hangup' | 'call_moved', fields: Partial<Call> & { customer_id: string }) =>
      publishEvent(system.bus, callContract, type, aCall(fields)),
    async deliveries(
      customer_id: string,
      filter: { state?: WebhookDelivery['state']; resource_id?: string } = {},
    ): Promise<WebhookDelivery[]> {
      return (await client.listWebhookDeliveries({ customer_id, page_size: 1000, ...filter })).result.toReversed()
    },
    /** Sockets take their own time, which the clock does not move. */
    eventually: (check: () => void | Promise<void>): Promise<void> =>
      vi.waitFor(
        async () => {
          await clock.settle()
          await check()
        },
        { timeout: 15_000, interval: 2 },
      ),
    async close(): Promise<void> {
      await system.close()
      await owner.close()
    },
  }
}

export type Webhook = Awaited<ReturnType<typeof startWebhook>>

export const statesOf = (deliveries: readonly WebhookDelivery[]) => deliveries.map(({ state }) => state)
export const expectStates = async (webhook: Webhook, customer_id: string, states: readonly string[]): Promise<void> => {
  expect(statesOf(await webhook.deliveries(customer_id))).toEqual(states)
}

/**
 * A webhook service for each test, and receivers that end with it; first they, because a service that stops waits for who hangs.
 * @param tell is told of each service when it has started
 */
export function useWebhook(tell: (webhook: Webhook) => void): typeof startReceiver {
  let receivers: Receiver[] = []
  let webhook: Webhook | undefined
  beforeEach(async () => {
    receivers = []
    webhook = await startWebhook()
    tell(webhook)
  })
  afterEach(async () => {
    await Promise.all(receivers.map((each) => each.close()))
    await webhook?.close()
  })
  return async (...behaviour) => {
    const started = await startReceiver(...behaviour)
    receivers.push(started)
    return started
  }
}
