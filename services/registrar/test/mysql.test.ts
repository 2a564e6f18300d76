import { extension as extensionEntity, trunk as trunkEntity } from '@voipbin/contracts/registrar'
import { compareColumns } from '@voipbin/sql'
import { createMysqlDatabase, type MysqlDatabase, requireServer } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBinding, anExtension, aTrunk, customer_id, type RegistrarSystem, realm, startRegistrar } from './registrar-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('registrar on MySQL', () => {
  let database: MysqlDatabase
  let it: RegistrarSystem
  beforeAll(async () => {
    database = await createMysqlDatabase(server ?? '')
    it = await startRegistrar({ sqlUrl: database.url })
  })
  afterAll(async () => {
    await it?.close()
    await database?.drop()
  })
  const settle = async (works: readonly (() => Promise<unknown>)[]) =>
    (await Promise.allSettled(works.map((work) => work()))).map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.reason)).sort()

  test('entities and tables fit', async () => {
    expect(await compareColumns(it.database.engine, 'registrar_extensions', extensionEntity)).toEqual([])
    expect(await compareColumns(it.database.engine, 'registrar_trunks', trunkEntity)).toEqual([])
  })

  test('a name is one extension’s, and one trunk’s, of many that want it at once', async () => {
    const extensions = [1, 2, 3].map(() => () => it.registrar.createExtension(anExtension({ extension: 'wanted' })))
    expect(await settle(extensions)).toEqual(['EXTENSION_TAKEN', 'EXTENSION_TAKEN', 'done'])
    const trunks = [1, 2, 3].map(() => () => it.registrar.createTrunk(aTrunk({ auth_types: ['ip'], allowed_ips: ['192.0.2.7', '::1'] })))
    expect(await settle(trunks)).toEqual(['DOMAIN_NAME_TAKEN', 'DOMAIN_NAME_TAKEN', 'done'])
  })

  test('phones that register at once are all bound, and no more than may be', async () => {
    const { id: identity_id } = await it.registrar.createExtension(anExtension())
    for (let round = 1; round <= 5; round++) {
      const tm_expire = `2026-01-01T0${round}:00:00.000000Z`
      const bind = (contact: string) => () => {
        const save = [aBinding(contact, { tm_expire })]
        return it.registrar.updateBindings({ customer_id, identity_id, sip_call_id: contact, cseq: 1, save, remove: [] })
      }
      expect(await settle([1, 2, 3].map((at) => bind(`sip:${round}.${at}@h`)))).toEqual(['done', 'done', 'done'])
      const { bindings } = await it.registrar.listBindings({ customer_id, identity_id })
      expect(bindings.map(({ contact }) => contact).sort()).toEqual([1, 2, 3].map((at) => `sip:${round}.${at}@h`))
    }
  })

  test('names that are no ASCII are nobody’s', async () => {
    const asked = { source_ip: '192.0.2.9', host: '127.0.0.1', from_user: 'jürgen', to_user: '☎', method: 'INVITE' }
    expect(await it.registrar.identifySource(asked)).toMatchObject({ verdict: 'challenge' })
    expect(await it.registrar.findSipUser({ realm, username: 'jürgen' })).toEqual({ user: null })
    expect(await it.registrar.findSipUser({ realm: 'acme.trunk.voipbin.test', username: 'jürgen' })).toEqual({ user: null })
  })
})
