import { expect, test } from 'vitest'
import { json, reasonOf, send } from '../http.ts'
import { signUp } from '../people.ts'
import { type Scene, until } from '../scene.ts'

type Me = { readonly id: string; readonly direct_hash: string }

/** The directory of direct hashes keeps up with who has one. */
export function directStories(scene: Scene): void {
  test('a direct hash reaches who has it, until it is renewed', async () => {
    const { world } = scene
    const { token } = await signUp(world)
    const me = await json<Me>(world, { method: 'GET', path: '/v1.0/me', accessKey: token })
    const hashes = async () => {
      const rows = await world.query('direct', `select hash from direct_directs where resource_id = '${me.id}' and tm_delete is null`)
      return rows.map(({ hash }) => String(hash))
    }
    await until(async () => (await hashes()).includes(me.direct_hash), 'the hash in the directory')

    const path = `/v1.0/agents/${me.id}/direct-hash-regenerate`
    const renewed = await json<Me>(world, { method: 'POST', path, accessKey: token })
    expect(renewed.direct_hash).not.toBe(me.direct_hash)
    await until(async () => !(await hashes()).includes(me.direct_hash), 'the old hash to be gone')
    expect(await hashes()).toEqual([renewed.direct_hash])
  })

  test('a visitor’s page learns nothing from a hash that opens nothing', async () => {
    const { world } = scene
    const { token } = await signUp(world)
    const { direct_hash } = await json<Me>(world, { method: 'GET', path: '/v1.0/me', accessKey: token })
    const boot = (hash: string) => send(world, { method: 'POST', path: '/auth/boot', body: { direct_hash: hash }, accessKey: '' })
    const [known, unknown] = [await boot(direct_hash), await boot('direct.000000000000')]
    expect([known.status, reasonOf(known)]).toEqual([400, 'BOOT_FAILED'])
    expect([unknown.status, reasonOf(unknown)]).toEqual([400, 'BOOT_FAILED'])
  })
}
