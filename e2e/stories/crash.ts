import { expect, test } from 'vitest'
import type { Fault } from '../faults.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import { restartEnded } from '../world.ts'

/** kill -9 at any moment, and at the moments that hurt. */
export function crashStories(scene: Scene): void {
  test('kill -9 of all that runs a service, and restart', async () => {
    await underLoad(scene, async () => {
      await Promise.all(scene.world.of('account').map((process) => process.kill()))
      await restartEnded(scene.world)
    })
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
