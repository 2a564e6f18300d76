import type { Closable } from '@voipbin/bus'
import { switchContract } from '@voipbin/contracts/switch'
import { fakeService, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Routes, startRoutes } from './route-system.ts'

const MINUTE_MS = 60_000
let it: Routes
/** Hosts that answer. */
const answering = new Set<string>()
const asked: string[] = []
const closing: Closable[] = []
beforeEach(async () => {
  it = await startRoutes()
  answering.clear()
  asked.length = 0
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()))
  await it.close()
})

/** A switch node comes up; `hears` is what it can reach. */
async function node(name: string, hears: (host: string) => boolean = (host) => answering.has(host)): Promise<Closable> {
  const probe = ({ destination }: { destination: string }) => {
    asked.push(`${name} ${destination}`)
    const is_answered = hears(/^sip:([^;]+)/.exec(destination)?.[1] ?? '')
    return { is_answered, sip_status: is_answered ? 200 : 0 }
  }
  const served = await fakeService(it.system.bus, { ...switchContract, service: `switch.${name}` }, { probe })
  closing.push(served)
  await beat(name)
  return served
}
async function beat(node_id: string): Promise<void> {
  const fields = { node_id, epoch: crypto.randomUUID(), channels: 0, capacity: 100, capabilities: [] }
  await publishEvent(it.system.bus, switchContract, 'node.up', fields)
}
const healthOf = async (id: string) => (await it.client.getProvider({ id })).health_status
/** A minute of beats. */
async function aMinute(...names: readonly string[]): Promise<void> {
  for (let second = 0; second < 60; second += 2) {
    for (const name of names) await beat(name)
    await it.clock.advance(2000)
  }
}

describe('a provider', () => {
  test('is asked as soon as it is there, and every minute: an answer is health, silence is none', async () => {
    await node('a')
    answering.add('good.example.com')
    const [good, bad] = [await it.provider('good'), await it.provider('bad')]
    await it.route(bad, 'all', 1)
    await it.route(good, 'all', 2)
    await it.settle()
    expect(asked.toSorted()).toEqual(['a sip:bad.example.com;transport=udp', 'a sip:good.example.com;transport=udp'])
    expect([await healthOf(good.id), await healthOf(bad.id)]).toEqual(['healthy', 'unhealthy'])
    expect(await it.ways('+15551234567')).toEqual(['good'])
    answering.add('bad.example.com')
    await aMinute('a')
    expect(await healthOf(bad.id)).toBe('healthy')
    expect(await it.ways('+15551234567')).toEqual(['bad', 'good'])
    expect(asked).toHaveLength(4)
  })

  test('that does not answer is a way all the same where no other answers', async () => {
    await node('a')
    const [one, two] = [await it.provider('one'), await it.provider('two')]
    await it.route(one, 'all', 1)
    await it.route(two, 'all', 2)
    await it.settle()
    expect(await healthOf(one.id)).toBe('unhealthy')
    expect(await it.ways('+15551234567')).toEqual(['one', 'two'])
  })

  test('that answers one of the nodes is healthy; a node that is gone says nothing', async () => {
    await node('cut-off', () => false)
    await node('fine', () => true)
    const gone = await node('gone', () => true)
    await gone.close()
    const { id } = await it.provider('one')
    await it.settle()
    expect(await healthOf(id)).toBe('healthy')
  })

  test('where nobody can ask keeps its health for a while, then nobody knows', async () => {
    await node('a')
    const { id, health_status } = await it.provider('one')
    expect(health_status).toBe('unknown')
    await it.settle()
    expect(await healthOf(id)).toBe('unhealthy')
    await it.clock.advance(2 * MINUTE_MS)
    expect(await healthOf(id)).toBe('unhealthy')
    await it.clock.advance(2 * MINUTE_MS)
    expect(await healthOf(id)).toBe('unknown')
  })

  test('at another address is asked anew, and never once it is deleted', async () => {
    await node('a')
    const { id } = await it.provider('one')
    await it.settle()
    answering.add('two.example.com')
    expect(await it.client.updateProvider({ id, hostname: 'two.example.com' })).toMatchObject({ health_status: 'unknown' })
    await beat('a')
    await it.settle()
    expect(await healthOf(id)).toBe('healthy')
    await it.client.deleteProvider({ id })
    const before = asked.length
    await aMinute('a')
    expect(asked).toHaveLength(before)
  })
})
