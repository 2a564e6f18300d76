import { setTimeout as pause } from 'node:timers/promises'
import { answering, hanging, type Received, startReceiver } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { json } from '../http.ts'
import {
  deliveriesOf,
  isInOrder,
  logOf,
  makeAgents,
  namesHeard,
  namesUpTo,
  publishedRecipe,
  rename,
  rotateSecret,
  type Subscriber,
  subscribe,
} from '../receivers.ts'
import { type Scene, until } from '../scene.ts'
import { restartEnded, type World } from '../world.ts'

/** What receivers do to us, and we to them. */
export function webhookStories(scene: Scene): void {
  answerStories(scene)
  signatureStories(scene)
  deathStories(scene)
}

function answerStories(scene: Scene): void {
  test('a receiver that answers 500 gets the event again, then what follows; the log has both answers', async () => {
    const { world } = scene
    let refusals = 2
    const ann = await subscribe(world, (response) => void response.writeHead(refusals-- > 0 ? 500 : 200).end())
    await rename(world, ann, [ann.agent_id], namesUpTo(3))
    await expectNames(ann, [ann.agent_id], namesUpTo(3))
    const log = await settledLog(world, ann, ann.agent_id)
    expect(log.map(({ state, attempts }) => [state, ...attempts.map(({ status_code }) => status_code)])).toEqual([
      ['delivered', 500, 500, 200],
      ...[2, 3].map(() => ['delivered', 200]),
    ])
    await ann.receiver.close()
  })

  test('a redirect to a private address is refused, logged, and nothing is sent there', async () => {
    const { world } = scene
    const inside = await startReceiver(answering(200), '127.0.0.2')
    const ann = await subscribe(world, answering(307, { location: inside.uri }))
    await rename(world, ann, [ann.agent_id], ['n0'])
    await until(async () => (await deliveriesOf(world, ann, 'state=dead')).length === 1, 'the delivery to be given up')
    const [delivery] = await logOf(world, ann, ann.agent_id)
    expect(delivery).toMatchObject({ state: 'dead', attempt_count: 1, last_error: expect.stringMatching(/^ADDRESS_REFUSED/) })
    expect(inside.received).toEqual([])
    const lines = world.of('webhook').flatMap((process) => process.logs())
    expect(lines).toContainEqual(expect.objectContaining({ message: 'webhook delivery given up', customer_id: ann.customer_id }))
    await Promise.all([ann.receiver.close(), inside.close()])
  })

  test('a 4xx is final, and a replay sends it again', async () => {
    const { world } = scene
    const ann = await subscribe(world, answering(410))
    await rename(world, ann, [ann.agent_id], ['n0', 'n1'])
    await until(async () => (await deliveriesOf(world, ann, 'state=rejected')).length === 2, 'the rejections')
    ann.receiver.behave = answering(204)
    const [rejected] = await logOf(world, ann, ann.agent_id)
    await json(world, { method: 'POST', path: `/v1.0/webhook_deliveries/${rejected?.id}/replay`, accessKey: ann.accessKey })
    await until(async () => (await deliveriesOf(world, ann, 'state=delivered')).length === 1, 'the replay')
    expect(ann.receiver.received.at(-1)).toMatchObject({ body: { data: { name: 'n0' } }, headers: { 'webhook-id': rejected?.id } })
    await ann.receiver.close()
  })
}

function signatureStories(scene: Scene): void {
  test('signatures fit by the published recipe while the secret is exchanged in mid-stream, and nothing else does', async () => {
    const { world } = scene
    const isGenuine = await publishedRecipe(world)
    const ann = await subscribe(world)
    const ids = [ann.agent_id, ...(await makeAgents(world, ann, 3))]
    const fits = (secret: string) => (each: Received) => isGenuine(each.headers, each.raw, secret)
    await rename(world, ann, ids, namesUpTo(10))
    // What is sent later than the new secret is there is signed with both, however old it is.
    await until(() => ann.receiver.received.length >= BEFORE, 'the first of them')
    const streaming = rename(world, ann, ids, namesUpTo(30, 10))
    const fresh = await rotateSecret(world, ann)
    await streaming
    await rename(world, ann, ids, namesUpTo(5, 40))
    await expectNames(ann, ids, namesUpTo(45))

    const { received } = ann.receiver
    // The old one signs beside the new one, so a receiver may change over when it likes.
    expect(received.filter((each) => !fits(ann.secret)(each))).toEqual([])
    const last = received.slice(-5 * ids.length)
    expect(last.filter((each) => !fits(fresh)(each))).toEqual([])
    expect(received.slice(0, BEFORE).some(fits(fresh))).toBe(false)
    for (const [forged, what] of forgeriesOf(received.at(-1))) expect([what, fits(fresh)(forged)]).toEqual([what, false])
    await ann.receiver.close()
  })
}

/** Deliveries that are there before the secret is exchanged. */
const BEFORE = 10

/** The same request as somebody else could send it. */
function forgeriesOf(genuine: Received | undefined): [Received, string][] {
  if (!genuine) return []
  const old = String(Number(genuine.headers['webhook-timestamp']) - 301)
  return [
    [{ ...genuine, raw: genuine.raw.replace('agent_updated', 'agent_deleted') }, 'another body'],
    [{ ...genuine, headers: { ...genuine.headers, 'webhook-id': crypto.randomUUID() } }, 'another id'],
    [{ ...genuine, headers: { ...genuine.headers, 'webhook-timestamp': old } }, 'a time that is not signed'],
    [{ ...genuine, headers: { ...genuine.headers, 'webhook-timestamp': old, 'webhook-signature': '' } }, 'no signature'],
    [{ ...genuine, headers: {} }, 'no header at all'],
  ]
}

const AGENTS = 20
const CHANGES = 20

function deathStories(scene: Scene): void {
  test(`kill -9 of all webhook processes with ${AGENTS * CHANGES} events in flight: each arrives, in order, and the log says so`, async () => {
    const { world } = scene
    let isStalling = true
    const stalled = Promise.withResolvers<void>()
    const ann = await subscribe(world, async (response) => {
      if (isStalling) await stalled.promise
      await pause(5)
      response.writeHead(200).end()
    })
    const ids = await makeAgents(world, ann, AGENTS)
    await rename(world, ann, ids, namesUpTo(CHANGES))
    // Some under way, the rest behind them: now everybody dies, and again while the backlog is worked off.
    await killWebhooks(world)
    isStalling = false
    stalled.resolve()
    await until(() => ann.receiver.received.length > (AGENTS * CHANGES) / 4, 'the backlog to shrink')
    await killWebhooks(world)
    await expectNames(ann, ids, namesUpTo(CHANGES))
    await until(async () => (await deliveriesOf(world, ann, 'state=waiting')).length === 0, 'the log to be settled')
    for (const id of ids) {
      const log = (await logOf(world, ann, id)).filter(({ event_type }) => event_type === 'agent_updated')
      expect(log.map(({ state }) => state)).toEqual(namesUpTo(CHANGES).map(() => 'delivered'))
    }
    await ann.receiver.close()
  })
}

async function killWebhooks(world: World): Promise<void> {
  await Promise.all(world.of('webhook').map((process) => process.kill()))
  await restartEnded(world)
}

async function expectNames({ receiver }: Subscriber, ids: readonly string[], names: readonly string[]): Promise<void> {
  const isThere = (id: string) => namesHeard(receiver.received, id).length >= names.length
  // What comes says more than that it did not come in time.
  await until(() => ids.every(isThere), 'the events').catch(() => undefined)
  for (const id of ids) {
    expect(namesHeard(receiver.received, id)).toEqual(names)
    expect([id, isInOrder(receiver.received, id)]).toEqual([id, true])
  }
}

/** The log once nothing of the resource waits. */
async function settledLog(world: World, ann: Subscriber, id: string) {
  await until(async () => (await deliveriesOf(world, ann, `state=waiting&resource_id=${id}`)).length === 0, 'the log to be settled')
  return logOf(world, ann, id)
}

const DOWN_MS = 60_000
/** What happens now is tried then, 1, 6 and 36 s later: for the last time when the receiver is back. */
const LATE_MS = 30_000

/** Ends more than a minute later: other stories run while the one receiver is down and the other hangs. */
export type Outage = { begin(): void; end(): void }

export function outageOfReceivers(scene: Scene): Outage {
  let down: Subscriber
  let hung: Subscriber
  let late: readonly string[] = []
  let happened: Promise<void>
  return {
    begin: () =>
      test('a receiver goes down, and another begins to hang', async () => {
        const { world } = scene
        ;[down, hung] = await Promise.all([subscribe(world), subscribe(world, hanging)])
        late = await makeAgents(world, down, 5)
        await until(() => down.receiver.received.length === late.length, 'the agents to be told of')
        await down.receiver.close()
        happened = outage(world, down, late)
        // Nobody listens before the end.
        happened.catch(() => undefined)
        await rename(world, hung, [hung.agent_id], ['n0', 'n1'])
        await until(() => hung.receiver.underWay() === 1, 'the request that hangs')
      }),
    end: () => {
      test('a receiver that was down for a minute gets what happened meanwhile, in order, and the log has every try', async () => {
        const { world } = scene
        await happened
        await expectNames(down, late, namesUpTo(3))
        const [early] = await logOf(world, down, down.agent_id)
        expect(early?.attempts.length).toBeGreaterThanOrEqual(4)
        for (const id of late) {
          const log = (await settledLog(world, down, id)).filter(({ event_type }) => event_type === 'agent_updated')
          expect(log.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered'])
          const [{ attempts = [] } = {}] = log
          expect(attempts.map(({ status_code }) => status_code)).toEqual([...attempts.slice(1).map(() => 0), 200])
          expect(attempts[0]?.error).toMatch(/^ECONNREFUSED/)
        }
        await down.receiver.close()
      })

      test('a receiver that hung is given up after 15 s and tried again, and what follows waits for it', async () => {
        const { world } = scene
        const [first, second] = await logOf(world, hung, hung.agent_id)
        expect(first).toMatchObject({ state: 'waiting', last_status_code: 0, last_error: expect.stringMatching(/^TIMEOUT/) })
        expect(second).toMatchObject({ state: 'waiting', attempt_count: 0 })
        await hung.receiver.close()
      })
    },
  }
}

async function outage(world: World, person: Subscriber, late: readonly string[]): Promise<void> {
  const since = performance.now()
  await rename(world, person, [person.agent_id], ['n0'])
  await pause(LATE_MS - (performance.now() - since))
  await rename(world, person, late, namesUpTo(3))
  await pause(DOWN_MS - (performance.now() - since))
  await person.receiver.reopen()
}
