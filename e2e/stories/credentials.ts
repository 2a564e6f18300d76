import { type Accesskey, customerContract } from '@voipbin/contracts/customer'
import { expect, test } from 'vitest'
import { everywhere, untilEverywhere } from '../http.ts'
import { CUSTOMER_ID } from '../load.ts'
import { insist } from '../operate.ts'
import { type Scene, underLoad } from '../scene.ts'
import type { World } from '../world.ts'

const HEARD_WITHIN_MS = 1000
const BELIEVED_MS = 10_000
/** Between two uses of the key, and until the answer is there. */
const SLACK_MS = 500

/** How long a key opens anything after it was revoked. */
export function credentialStories(scene: Scene): void {
  test('a revoked key is refused within a second by every gateway', async () => {
    await underLoad(scene, async () => {
      expect(await acceptedFor(scene.world)).toBeLessThan(HEARD_WITHIN_MS)
    })
  })

  test('a revoked key is refused within ten seconds by a gateway that was not told', async () => {
    const { world } = scene
    const deafen = (isOn: boolean) => Promise.all(world.of('gateway').map((process) => process.deafen(isOn)))
    await deafen(true)
    const acceptedMs = await acceptedFor(world).finally(() => deafen(false))
    expect(acceptedMs).toBeGreaterThan(HEARD_WITHIN_MS)
    expect(acceptedMs).toBeLessThan(BELIEVED_MS + SLACK_MS)
  })
}

/** Revokes a key that every gateway has seen. @returns for how many milliseconds one of them still accepts it */
async function acceptedFor(world: World): Promise<number> {
  const key = await makeKey(world, CUSTOMER_ID, 600)
  const use = { method: 'GET', path: '/v1.0/tags', accessKey: key.token }
  expect((await everywhere(world, use)).map(({ status }) => status)).toEqual(world.of('gateway').map(() => 200))
  await revokeKey(world, key)
  return untilEverywhere(world, 401, use)
}

export const makeKey = (world: World, customer_id: string, expire: number): Promise<Accesskey & { token: string }> =>
  insist(world, customerContract, 'createAccesskey', { customer_id, expire })

export const revokeKey = (world: World, { id }: Accesskey) => insist(world, customerContract, 'deleteAccesskey', { id })
