import { entityMeta } from '@voipbin/contracts/entity'
import { type System, startSystem } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadContracts, services } from '../src/services.ts'
import { allSettings } from '../src/settings.ts'

const has = (column: string) => `exists (select 1 from pragma_table_info(m.name) c where c.name = '${column}')`

/** Customers themselves; the platform's own keys, whose customer is the system; what goes with the extension, or in the sweep of deliveries, that it is of. */
const ownedByNoCustomer: ReadonlySet<string> = new Set([
  ...['customer_customers', 'gateway_signing_keys', 'registrar_bindings', 'webhook_activeflows'],
])

/** What every service of the platform owes, judged on all of them at once. */
describe('every service', () => {
  let system: System

  beforeAll(async () => {
    const loaded = await Promise.all(Object.values(services).map((entry) => entry.service()))
    system = await startSystem({
      services: loaded,
      contracts: await loadContracts(),
      env: { VOIPBIN_HTTP_PORT: '0', VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0' },
    })
  })
  afterAll(() => system.close())

  // Rows that are no resource of their own and name the one that they belong to go with it: the service's tests see to that.
  test('that owns rows of customers deletes them when the customer is deleted', async () => {
    for (const name of Object.keys(services)) {
      const running = system.platform.services.find((service) => service.name === name)
      const tables = await running?.database?.engine.reader.all(
        `select m.name as name from sqlite_master m where m.type = 'table' and ${has('customer_id')} and (${has('tm_delete')} or not ${has(`${name}_id`)})`,
        [],
      )
      const heard = running?.listeners.filter((listener) => listener.startsWith('customer.customer_deleted:')) ?? []
      const owned = (tables ?? []).filter(({ name: table }) => !ownedByNoCustomer.has(String(table)))
      expect(
        heard.length,
        `${name} has ${owned.map((row) => row['name']).join()} and listens ${heard.length} times`,
      ).toBeGreaterThanOrEqual(owned.length)
    }
  })

  test('whose resources have a direct hash is followed by the directory, and takes another hash from it', async () => {
    const listenersOf = (name: string) => system.platform.services.find((service) => service.name === name)?.listeners ?? []
    for (const contract of await loadContracts()) {
      const entities = Object.values(contract.methods).map(({ output }) => output)
      const carries = entities.some((output) => entityMeta(output) && output instanceof z.ZodObject && 'direct_hash' in output.shape)
      const { service } = contract
      const isFollowed = listenersOf('direct').some((listener) => listener.includes(`${service}:follow_`))
      const isKept = listenersOf(service).some((listener) => listener.includes('direct:keep_'))
      expect([service, isFollowed, isKept]).toEqual([service, carries, carries])
    }
  })

  test('answers under the name of its contract, and no two declare the same setting', async () => {
    for (const [name, entry] of Object.entries(services)) expect((await entry.contract()).service).toBe(name)
    const names = (await allSettings()).map((setting) => setting.name)
    expect(new Set(names).size).toBe(names.length)
    for (const setting of names) expect(setting).toMatch(/^VOIPBIN_[A-Z0-9_]+$/)
  })

  test('is well as soon as the platform is ready', async () => {
    const health = await system.platform.health()
    expect(health.status).toBe('ok')
    expect(Object.keys(health.checks)).toEqual(expect.arrayContaining(['bus', 'cache', 'sql:tag', 'sql:customer']))
  })
})
