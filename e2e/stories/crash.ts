import { expect, test } from 'vitest'
import type { Fault } from '../faults.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import { restartEnded } from '../world.ts'

/** kill -9 at any moment, and at the moments that hurt. */
export function crashStories(scene: Scene): void {
  test('kill -9 of all that runs a service, and restart', async () => {
    await underLoad(scene, () => killAndRestart(scene, ['account']))
  })

  test.each<[string, Fault]>([
    ['its commit and the publication of the event', { at: 'publish', when: 'before', type: 'account_changed' }],
    ['the publication of an event and its removal from the outbox', { at: 'publish', when: 'after', type: 'account_changed' }],
    ['its commit and its next durable command', { at: 'request', when: 'before', method: 'book' }],
    ['the reply to a durable command and noting it', { at: 'request', when: 'after', method: 'book' }],
  ])('a service dies between %s', async (_, fault) => {
    await underLoad(scene, () => dieOnce(scene, fault))
  })
}

/** Where services do not die together. */
export function partialCrashStories(scene: Scene): void {
  test('kill -9 of all that listens: what piled up is applied in order', async () => {
    await underLoad(scene, async (load) => {
      await Promise.all(scene.world.of('ledger').map((process) => process.kill()))
      const reached = load.acknowledged
      await until(() => load.acknowledged > reached + PILED_UP, 'events to pile up')
      await restartEnded(scene.world)
    })
  })

  test('kill -9 of all gateways and of what stands behind them, and restart', async () => {
    await underLoad(scene, () => killAndRestart(scene, ['gateway', 'tag', 'customer']))
  })
}

const PILED_UP = 60

async function killAndRestart({ world }: Scene, services: readonly string[]): Promise<void> {
  await Promise.all(services.flatMap((service) => world.of(service)).map((process) => process.kill()))
  await restartEnded(world)
}

/** Any process of the service may be the one to come to that point; the first is enough. */
async function dieOnce({ world }: Scene, fault: Fault): Promise<void> {
  const armed = world.of('account')
  await Promise.all(armed.map((process) => process.arm(fault)))
  await until(() => armed.some((process) => !process.isRunning), 'the fault to strike')
  await Promise.all(armed.filter((process) => process.isRunning).map((process) => process.arm(undefined)))
  const died = armed.filter((process) => !process.isRunning)
  for (const process of died) expect(await process.ended()).toMatchObject({ signal: 'SIGKILL' })
  await restartEnded(world)
}
