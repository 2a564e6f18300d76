import { setTimeout as pause } from 'node:timers/promises'
import type { Agent } from '@voipbin/contracts/agent'
import { expect, test } from 'vitest'
import { type EventSocket, openSocket, type SocketEnd } from '../event-socket.ts'
import { gatewayUrls, json, send, sendTo } from '../http.ts'
import { delegateTo, type Person, signUp } from '../people.ts'
import { type Scene, until } from '../scene.ts'
import { restartEnded, type World } from '../world.ts'
import { makeKey, revokeKey } from './credentials.ts'
import { HEARD_WITHIN_MS } from './sign-in.ts'
import { readSlowly } from './slow-reader.ts'

const POLICY_VIOLATION = 1008
const GOING_AWAY = 1001
const BROKEN_OFF = 1006
/** Where a socket does not end at all, the test should, and say so. */
const GIVEN_UP_MS = 12_000

/** Events as they happen, at every gateway, whichever has caused them. */
export function socketStories(scene: Scene): void {
  hearingStories(scene)
  endingStories(scene)
  readSlowly(scene)
  dyingStories(scene)
}

function hearingStories(scene: Scene): void {
  test('a change made through any gateway reaches each socket that asked for it, once, in its form; another tenant hears nothing', async () => {
    const { world } = scene
    const [ann, stranger] = await Promise.all([signUp(world), signUp(world)])
    const mine = `customer_id:${ann.customer_id}`
    const forms = {
      'old form': { topics: [`${mine}:agent`], token: ann.accessKey },
      'old form, one resource': { topics: [`${mine}:agent:${ann.agent_id}`], token: ann.accessKey },
      'new form': { topics: [`${mine}:agent:agent_updated:${ann.agent_id}`], token: ann.token },
      'all of a customer, and an agent of it': { topics: [mine, `agent_id:${ann.agent_id}`], token: ann.token },
      'an agent, enveloped': { topics: [`agent_id:${ann.agent_id}`], token: ann.token, wantsEnvelope: true },
    }
    const sockets = await atEach(world, Object.entries(forms), async (url, [form, { topics, ...options }]) => {
      const socket = await openSocket(url, options)
      await socket.subscribe(...topics)
      return { form, socket, isEnveloped: 'wantsEnvelope' in options }
    })
    const others = await atEach(world, [stranger], async (url, { customer_id, token }) => {
      const socket = await openSocket(url, { token })
      await socket.subscribe(`customer_id:${customer_id}`)
      return socket
    })
    const changed: Agent[] = []
    for (const [n, url] of gatewayUrls(world).entries()) changed.push(await rename(url, ann, `through gateway ${n}`))
    const [url = ''] = gatewayUrls(world)
    const last = await rename(url, stranger, 'mine alone')

    for (const { form, socket, isEnveloped } of sockets) {
      const heard = () => [
        form,
        ...byName(socket.frames.map((frame) => (isEnveloped ? (frame as { data: Agent }).data : (frame as Agent)))),
      ]
      await until(() => socket.frames.length >= changed.length, `the events of "${form}"`)
      expect(heard()).toEqual([form, ...byName(changed)])
      if (isEnveloped) expect(socket.frames[0]).toMatchObject({ type: 'agent_updated', publisher: 'agent', customer_id: ann.customer_id })
    }
    // What they were not to hear happened before what they were.
    for (const socket of others) await until(() => socket.frames.length > 0, "the other tenant's own event")
    expect(others.map(({ frames }) => frames)).toEqual(others.map(() => [last]))
    for (const socket of [...others, ...sockets.map((each) => each.socket)]) socket.close()
  })

  test('whoever asks for what is not theirs is cut off, and a delegate or a stranger gets no socket', async () => {
    const { world } = scene
    const [ann, bob] = await Promise.all([signUp(world), signUp(world)])
    const wrong = [`customer_id:${bob.customer_id}`, `agent_id:${bob.agent_id}`, 'customer_id:*', `customer_id:${ann.customer_id}:agent:*`]
    const ends = await atEach(world, wrong, async (url, topic) => {
      const socket = await openSocket(url, { token: ann.token })
      socket.send({ type: 'subscribe', topics: [topic] })
      return Promise.race([socket.ended, pause(GIVEN_UP_MS, `${topic} is still open`)])
    })
    expect(ends).toEqual(ends.map(() => ({ code: POLICY_VIOLATION, reason: 'No such topic, or not one of yours' })))
    const [url = ''] = gatewayUrls(world)
    await expect(openSocket(url, { token: `vb_${'x'.repeat(32)}` })).rejects.toThrow('401')
    await expect(openSocket(url, { token: await delegateTo(world, ann.customer_id) })).rejects.toThrow('403')
  })
}

function endingStories(scene: Scene): void {
  test.each<[string, (world: World, person: Person) => Promise<unknown>, string]>([
    ['a password that was changed', changePassword, 'unknown, expired or revoked'],
    ['a permission that was taken away', demote, 'permission for a topic was taken away'],
    ['a customer who was frozen', freeze, 'frozen'],
  ])('%s ends the sockets of every gateway within a second, and says why', async (_, change, reason) => {
    const { world } = scene
    const ann = await signUp(world)
    const sockets = await openEverywhere(world, ann.token, `customer_id:${ann.customer_id}:agent`)
    await change(world, ann)
    await expectEnds(sockets, { code: POLICY_VIOLATION, reason: expect.stringContaining(reason) })
  })

  test('a revoked key ends its sockets at every gateway within a second, and no others', async () => {
    const { world } = scene
    const ann = await signUp(world)
    const key = await makeKey(world, ann.customer_id, 600)
    const topic = `customer_id:${ann.customer_id}`
    const [kept, ending] = [await openEverywhere(world, ann.accessKey, topic), await openEverywhere(world, key.token, topic)]
    await revokeKey(world, key)
    await expectEnds(ending, { code: POLICY_VIOLATION, reason: expect.stringContaining('revoked') })
    await rename(gatewayUrls(world)[0] ?? '', ann, 'still heard')
    for (const { frames, close } of kept) {
      await until(() => frames.length === 1, 'the event at a socket of another key')
      close()
    }
  })
}

function dyingStories(scene: Scene): void {
  test('kill -9 of a gateway: clients connect again, to whichever runs, and hear what is new', async () => {
    const { world } = scene
    const ann = await signUp(world)
    const topic = `customer_id:${ann.customer_id}:agent`
    const [victim] = world.of('gateway')
    const [cut] = await openEverywhere(world, ann.accessKey, topic)
    await victim?.kill()
    expect(await cut?.ended).toMatchObject({ code: BROKEN_OFF })
    if (gatewayUrls(world).length === 0) await restartEnded(world)
    await expectHeard(world, ann, 'while one is away')
    await restartEnded(world)
    await expectHeard(world, ann, 'when it is back')
  })

  test('SIGTERM of a gateway: its clients are told to connect again', async () => {
    const { world } = scene
    const ann = await signUp(world)
    const [leaving] = world.of('gateway')
    const [socket] = await openEverywhere(world, ann.accessKey, `customer_id:${ann.customer_id}`)
    const exit = leaving?.terminate()
    expect(await socket?.ended).toEqual({ code: GOING_AWAY, reason: 'The gateway stops: connect again' })
    expect(await exit).toMatchObject({ code: 0 })
    await restartEnded(world)
    await expectHeard(world, ann, 'after the stop')
  })
}

/** Opens sockets at every gateway that runs, makes a change, and sees it arrive at all of them. */
async function expectHeard(world: World, person: Person, name: string): Promise<void> {
  const sockets = await openEverywhere(world, person.accessKey, `customer_id:${person.customer_id}:agent`)
  const changed = await json<Agent>(world, renaming(person, name))
  for (const { frames, close } of sockets) {
    await until(() => frames.length > 0, `the event "${name}"`)
    expect(frames).toEqual([changed])
    close()
  }
}

const openEverywhere = (world: World, token: string, topic: string): Promise<EventSocket[]> =>
  atEach(world, [token], async (url) => {
    const socket = await openSocket(url, { token })
    await socket.subscribe(topic)
    return socket
  })

async function atEach<T, R>(world: World, items: readonly T[], open: (url: string, item: T) => Promise<R>): Promise<R[]> {
  return Promise.all(gatewayUrls(world).flatMap((url) => items.map((item) => open(url, item))))
}

async function expectEnds(sockets: readonly EventSocket[], end: SocketEnd): Promise<void> {
  const since = performance.now()
  const ends = await Promise.race([Promise.all(sockets.map(({ ended }) => ended)), pause(GIVEN_UP_MS, 'sockets are still open')])
  expect(performance.now() - since).toBeLessThan(HEARD_WITHIN_MS)
  expect(ends).toEqual(sockets.map(() => end))
}

const renaming = ({ agent_id, accessKey }: Person, name: string) => ({
  ...{ method: 'PUT', path: `/v1.0/agents/${agent_id}`, body: { name }, accessKey },
})

async function rename(url: string, person: Person, name: string): Promise<Agent> {
  const { status, text } = await sendTo(url, renaming(person, name))
  expect([status, text]).toEqual([200, expect.any(String)])
  return JSON.parse(text) as Agent
}

const byName = (agents: readonly Agent[]) => agents.toSorted((one, other) => one.name.localeCompare(other.name))

const changePassword = (world: World, { token }: Person) =>
  json(world, { method: 'PUT', path: '/v1.0/service_agents/me/password', body: { password: 'battery staple' }, accessKey: token })

async function demote(world: World, { agent_id, accessKey }: Person): Promise<void> {
  const second = { username: `${crypto.randomUUID()}@example.com`, password: 'another admin', permission: 32 }
  await json(world, { method: 'POST', path: '/v1.0/agents', body: second, accessKey })
  await json(world, { method: 'PUT', path: `/v1.0/agents/${agent_id}/permission`, body: { permission: 16 }, accessKey })
}

const freeze = (world: World, { token, password }: Person) =>
  send(world, { method: 'POST', path: '/auth/unregister', body: { password }, accessKey: token })
