import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { settle } from './test-clock.ts'
import { TestNode } from './test-node.ts'

const LEGS = 200
const MAX_OCTETS = 100_000
const MAX_LEFT_OCTETS = 2_000

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** What is still in use when all garbage is gone. */
async function used(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect()
    await settle()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('a leg that talks in a bridge holds less than 100 kB, and nothing once it is closed', async () => {
  const node = new TestNode({ lastPort: 12_000 })
  const legs = Array.from({ length: LEGS }, (_, index) => `leg${index}`)
  node.engine.createBridge({ id: 'bridge', affinity: 'call' })
  /** @returns what is in use while all talk */
  const round = async (): Promise<number> => {
    const phones = []
    for (const leg of legs) phones.push(await node.phone(leg))
    for (const leg of legs) node.engine.join({ leg, bridge: 'bridge', mute: 'none', passDigits: true })
    for (const phone of phones) {
      phone.isDeaf = true
      phone.say({ frequency: 440 })
    }
    await node.clock.advance(500)
    const whileTalking = await used()
    for (const leg of legs) await node.engine.closeLeg(leg)
    for (const phone of phones) phone.close()
    node.events.length = 0
    await node.clock.advance(11_000)
    return whileTalking
  }
  await round() // so that code and tables are there
  const before = await used()
  expect((await round()) - before).toBeLessThan(LEGS * MAX_OCTETS) // with the phones' own, a few kB each
  expect((await used()) - before).toBeLessThan(LEGS * MAX_LEFT_OCTETS)
})
