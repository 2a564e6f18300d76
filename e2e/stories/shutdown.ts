import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AppProcess } from '../app-process.ts'
import { operateThrough } from '../operate.ts'
import { type Scene, underLoad } from '../scene.ts'
import { restartEnded } from '../world.ts'

/** The promise is 30 s; with nothing in hand that takes longer than this, nobody should wait for it. */
const SHUTDOWN_MS = 10_000
const IN_HAND_MS = 1500

/** SIGTERM: what is in hand is finished, and the process ends by itself. */
export function shutdownStories(scene: Scene): void {
  test('SIGTERM during requests: those in hand are answered, exit code 0', async () => {
    const { world } = scene
    await underLoad(scene, async () => {
      const leaving = world.of('account')
      const inHand = leaving.map((process) => dawdle(process, IN_HAND_MS))
      await pause(200)
      const exits = await Promise.all(leaving.map((process) => process.terminate()))
      for (const { code, afterMs } of exits) {
        expect(code).toBe(0)
        expect(afterMs).toBeLessThan(SHUTDOWN_MS)
      }
      expect(await Promise.all(inHand)).toEqual(leaving.map(() => ({ output: { slept_ms: IN_HAND_MS } })))
      await restartEnded(world)
    })
  })
}

const dawdle = (process: AppProcess, ms: number) =>
  operateThrough(process, { service: 'account', method: 'dawdle', input: { ms } }, crypto.randomUUID())
