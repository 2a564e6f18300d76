import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@voipbin/contracts/page'
import type { WebhookDelivery, WebhookDeliveryDetail } from '@voipbin/contracts/webhook'
import { type Received, type Receiver, startReceiver } from '@voipbin/test-kit'
import { attempt, json } from './http.ts'
import { untilAcknowledged } from './operate.ts'
import { type Person, signUp } from './people.ts'
import { until } from './scene.ts'
import type { World } from './world.ts'

/** A customer whose events go to a receiver of its own. */
export type Subscriber = Person & { readonly receiver: Receiver; readonly secret: string }

export async function subscribe(world: World, ...behaviour: Parameters<typeof startReceiver>): Promise<Subscriber> {
  const [person, receiver] = await Promise.all([signUp(world), startReceiver(...behaviour)])
  const body = { webhook_uri: receiver.uri, webhook_method: 'POST' }
  const secret = await rotateSecret(world, person)
  await json(world, { method: 'PUT', path: '/v1.0/customer', body, accessKey: person.accessKey })
  // The webhook service hears of it as of everything else: a moment later, and not in one order with other events.
  const knows = "select uri from webhook_settings where customer_id = ? and uri <> ''"
  await until(async () => (await world.query('webhook', knows, [person.customer_id])).length > 0, 'the webhook to be known')
  return { ...person, receiver, secret }
}

export async function rotateSecret(world: World, { accessKey }: Pick<Person, 'accessKey'>): Promise<string> {
  return (await json<{ webhook_secret: string }>(world, { method: 'POST', path: '/v1.0/webhooks/rotate-secret', accessKey })).webhook_secret
}

/** Agents to tell of, one after the other: each costs the work of a password. @returns their ids */
export async function makeAgents(world: World, { accessKey }: Person, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const body = { username: `${crypto.randomUUID()}@example.com`, password: 'never used', permission: 16 }
    ids.push((await json<{ id: string }>(world, { method: 'POST', path: '/v1.0/agents', body, accessKey })).id)
  }
  return ids
}

/** Names each agent n0, n1 …, whatever breaks meanwhile: each change is one event, and they come in that order. */
export async function rename(world: World, { accessKey }: Person, ids: readonly string[], names: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      for (const name of names) {
        const request = { method: 'PUT', path: `/v1.0/agents/${id}`, body: { name }, accessKey }
        await untilAcknowledged(`the name ${name}`, (key) => attempt(world, request, key))
      }
    }),
  )
}

export const namesUpTo = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `n${from + n}`)

const ofAgent = (received: readonly Received[], id: string): readonly Received[] =>
  received.filter(({ body }) => body.type === 'agent_updated' && body.data['id'] === id)

/** What a receiver makes of it that remembers what it has had: the first of each delivery. */
export function namesHeard(received: readonly Received[], id: string): unknown[] {
  const seen = new Map(ofAgent(received, id).map(({ headers, body }) => [headers['webhook-id'], body.data['name']]))
  return [...seen.values()]
}

/** Whether nothing came before what it follows, repetitions included. */
export function isInOrder(received: readonly Received[], id: string): boolean {
  const numbers = ofAgent(received, id).map(({ body }) => Number(String(body.data['name']).slice(1)))
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0))
}

export const deliveriesOf = async (world: World, { accessKey }: Person, query: string): Promise<WebhookDelivery[]> =>
  (await json<Page<WebhookDelivery>>(world, { method: 'GET', path: `/v1.0/webhook_deliveries?${query}`, accessKey })).result

/** Oldest first, with their attempts. */
export async function logOf(world: World, person: Person, resourceId: string): Promise<WebhookDeliveryDetail[]> {
  const found = await deliveriesOf(world, person, `resource_id=${resourceId}`)
  const { accessKey } = person
  return Promise.all(
    found
      .toReversed()
      .map(({ id }) => json<WebhookDeliveryDetail>(world, { method: 'GET', path: `/v1.0/webhook_deliveries/${id}`, accessKey })),
  )
}

type IsGenuine = (headers: Received['headers'], rawBody: string, secret: string) => boolean

/** The recipe as docs/webhooks.md publishes it, to the letter. */
export async function publishedRecipe(world: World): Promise<IsGenuine> {
  const text = readFileSync(join(import.meta.dirname, '../docs/webhooks.md'), 'utf8')
  const [, code] = /```js\n(.*?)```/s.exec(text) ?? []
  if (!code) throw new Error('docs/webhooks.md publishes no recipe any more')
  const file = join(world.folder, 'recipe.mjs')
  writeFileSync(file, code)
  try {
    return ((await import(/* @vite-ignore */ file)) as { isGenuine: IsGenuine }).isGenuine
  } finally {
    rmSync(file)
  }
}
