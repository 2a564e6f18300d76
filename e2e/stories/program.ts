import { expect, test } from 'vitest'
import { type Scene, underLoad } from '../scene.ts'
import { restartEnded } from '../world.ts'

const SHUTDOWN_MS = 30_000

/** Before the stories that make tags of their own: here every tag there is must have been acknowledged to a client of ours. */
export function programStories(scene: Scene): void {
  test('kill -9 of everything, and restart', async () => {
    const { world } = scene
    await underLoad(scene, async () => {
      await Promise.all(world.processes.map((process) => process.kill()))
      await restartEnded(world)
    })
  })

  test('SIGTERM of everything during requests: exit code 0 within 30 s, and restart', async () => {
    const { world } = scene
    await underLoad(scene, async () => {
      const exits = await Promise.all(world.processes.map((process) => process.terminate()))
      expect(exits.map(({ code }) => code)).toEqual(world.processes.map(() => 0))
      expect(Math.max(...exits.map(({ afterMs }) => afterMs))).toBeLessThan(SHUTDOWN_MS)
      await restartEnded(world)
    })
  })
}
