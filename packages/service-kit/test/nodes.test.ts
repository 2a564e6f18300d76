import { createLocalBus } from '@voipbin/bus'
import { command, defineNodeContract, event } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { id } from '@voipbin/contracts/fields'
import { type AnyNode, defineNode, type Settings, textSetting } from '@voipbin/service-kit'
import { createFakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { faultyBus } from './faulty-bus.ts'
import { customer_id } from './ids.ts'

const lamp = z.object({ lamp_id: id(), level: z.int() })
const lampContract = defineNodeContract({
  service: 'lamp',
  events: { lamp_lit: event(lamp, { order_key: 'lamp_id' }) },
  methods: {
    light: command(z.object({ epoch: id(), level: z.int() }), z.object({ node: z.string(), is_gone: z.boolean() })),
    drained: command(z.object({}), z.object({ is_drained: z.boolean() })),
  },
})
const lamp_id = crypto.randomUUID()

function lampNamed(name: string, lives: { epoch: string }[] = []): AnyNode {
  const config = { name: textSetting('VOIPBIN_LAMP_NAME', name, { about: 'Name of the lamp' }) } satisfies Settings
  return defineNode({
    contract: lampContract,
    config,
    nodeId: (settings) => settings.name,
    start: ({ node, publish }) => {
      lives.push(node)
      let count = 0
      return {
        methods: {
          light: async ({ epoch, level }) => {
            if (epoch !== node.epoch) return { node: node.id, is_gone: true }
            publish('lamp_lit', { customer_id, resource_id: lamp_id, sequence: ++count, data: { lamp_id, level } })
            return { node: node.id, is_gone: false }
          },
          drained: async () => ({ is_drained: false }),
        },
      }
    },
  })
}

let systems: System[] = []
afterEach(async () => {
  await Promise.all(systems.map((system) => system.close()))
  systems = []
})
const start = async (...given: Parameters<typeof startSystem>) => {
  const system = await startSystem(...given)
  systems.push(system)
  return system
}

describe('a node', () => {
  test('is asked by its name, and another of the contract is not', async () => {
    const bus = createLocalBus()
    const lives: { epoch: string }[] = []
    const one = await start({ services: [lampNamed('one', lives)], bus })
    await start({ services: [lampNamed('two', lives)], bus })
    const epoch = lives[1]?.epoch ?? ''
    expect(await one.client(lampContract, 'two').light({ epoch, level: 1 })).toEqual({ node: 'two', is_gone: false })
    expect(await one.client(lampContract, 'one').light({ epoch, level: 1 })).toEqual({ node: 'one', is_gone: true })
    await expect(one.client(lampContract, 'three').light({ epoch, level: 1 })).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' })
    await bus.close()
  })

  test('keeps no tables, and its process is well without them', async () => {
    const system = await start({ services: [lampNamed('one')] })
    expect(await system.platform.health()).toMatchObject({ status: 'ok' })
    expect(system.platform.services[0]?.database).toBeUndefined()
  })

  test('tells in order, also of what happened while the bus was away', async () => {
    const clock = createFakeClock()
    const local = createLocalBus({ now: clock.now, after: clock.after })
    const { bus, faults } = faultyBus(local)
    const lives: { epoch: string }[] = []
    const system = await start({ services: [lampNamed('one', lives)], clock, bus })
    const heard: EventEnvelope[] = []
    await local.watch([{ publisher: 'lamp', type: 'lamp_lit' }], (told) => void heard.push(told))
    const { light } = system.client(lampContract, 'one')
    const epoch = lives[0]?.epoch ?? ''
    faults.refusedPublishes = 2
    for (const level of [1, 2, 3]) await light({ epoch, level })
    expect(heard).toEqual([])
    await clock.advance(1000)
    expect(heard.map(({ sequence, order_key, customer_id: owner }) => [sequence, order_key, owner])).toEqual(
      [1, 2, 3].map((n) => [n, lamp_id, customer_id]),
    )
    await local.close()
  })
})
