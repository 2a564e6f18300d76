import { hash } from 'node:crypto'
import { agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { notFound } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { numberPort } from '@voipbin/contracts/number-port'
import { extension as extensionEntity, registrarContract, trunk as trunkEntity } from '@voipbin/contracts/registrar'
import { compareColumns } from '@voipbin/sql'
import { aCustomer, anAgent, fakeService, publishEvent, recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aBinding, anExtension, aTrunk, customer_id, other_id, type RegistrarSystem, realm, startRegistrar } from './registrar-system.ts'

let it: RegistrarSystem
beforeEach(async () => {
  it = await startRegistrar()
})
afterEach(() => it.close())

const aFlow = '44444444-4444-4444-8444-444444444444'
const md5 = (text: string) => hash('md5', text, 'hex')
const sha256 = (text: string) => hash('sha256', text, 'hex')
const userOf = async (username: string, of = realm) => (await it.registrar.findSipUser({ realm: of, username })).user
const identify = (fields: object) =>
  it.registrar.identifySource({ source_ip: '192.0.2.7', host: '127.0.0.1', from_user: '', to_user: '', method: 'INVITE', ...fields })

test('entities and tables fit', async () => {
  expect(await compareColumns(it.database.engine, 'registrar_extensions', extensionEntity)).toEqual([])
  expect(await compareColumns(it.database.engine, 'registrar_trunks', trunkEntity)).toEqual([])
})

describe('extensions', () => {
  test('are made with a password that is shown once, and kept as hashes', async () => {
    const log = await recordEvents(it.system.bus, [registrarContract])
    const made = await it.registrar.createExtension(anExtension())
    expect(made).toMatchObject({
      extension: '1000',
      username: '1000',
      domain_name: customer_id,
      password: 'long enough',
      digest_algorithm: 'MD5',
    })
    expect(made.direct_hash).toMatch(/^direct\.[0-9a-f]{12}$/)
    const read = await it.registrar.getExtension({ id: made.id })
    expect(Object.keys(read)).not.toEqual(expect.arrayContaining(['password']))
    expect(JSON.stringify([read, log.events])).not.toMatch(/long enough|ha1/)
    expect(await userOf('1000')).toEqual({
      ...{ customer_id, identity_kind: 'extension', identity_id: made.id, realm, aor_user: '1000', max_contacts: 3 },
      digest: [
        { algorithm: 'MD5', ha1: md5(`1000:${realm}:long enough`) },
        { algorithm: 'SHA-256', ha1: sha256(`1000:${realm}:long enough`) },
      ],
    })
    expect(JSON.stringify(await it.database.engine.reader.all('select * from registrar_extensions', []))).not.toContain('long enough')
  })

  test('get a password where none is chosen; a new one replaces it, an empty one does not', async () => {
    const made = await it.registrar.createExtension(anExtension({ password: '' }))
    expect(made.password).toMatch(/^[\w-]{20}$/)
    const before = await userOf('1000')
    await it.registrar.updateExtension({ id: made.id, name: 'Ann', password: '' })
    expect(await userOf('1000')).toEqual(before)
    const updated = await it.registrar.updateExtension({ id: made.id, detail: 'desk', password: 'another one' })
    expect(updated).toMatchObject({ name: 'Ann', detail: 'desk' })
    expect((await userOf('1000'))?.digest[0]?.ha1).toBe(md5(`1000:${realm}:another one`))
  })

  test("of equal names are each customer's own, and one a customer", async () => {
    await it.registrar.createExtension(anExtension())
    await expect(it.registrar.createExtension(anExtension())).rejects.toMatchObject({ reason: 'EXTENSION_TAKEN' })
    const theirs = await it.registrar.createExtension(anExtension({ customer_id: other_id }))
    expect(await userOf('1000', `${other_id}.registrar.voipbin.test`)).toMatchObject({ customer_id: other_id, identity_id: theirs.id })
    expect(await userOf('1000')).toMatchObject({ customer_id })
    await it.registrar.deleteExtension({ id: theirs.id })
    expect(await userOf('1000', `${other_id}.registrar.voipbin.test`)).toBeNull()
    await it.registrar.createExtension(anExtension({ customer_id: other_id }))
    expect((await it.registrar.listExtensions({ customer_id: other_id })).result).toHaveLength(1)
    expect(await it.registrar.getExtensionByName({ customer_id, extension: '1000' })).toMatchObject({ customer_id })
    await expect(it.registrar.getExtensionByName({ customer_id, extension: 'jürgen' })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('are as many as the setting allows', async () => {
    await it.close()
    it = await startRegistrar({ env: { VOIPBIN_MAX_EXTENSIONS: '1', VOIPBIN_MAX_TRUNKS: '1' } })
    await it.registrar.createExtension(anExtension())
    await expect(it.registrar.createExtension(anExtension({ extension: '1001' }))).rejects.toMatchObject({ reason: 'EXTENSION_LIMIT' })
    await it.registrar.createTrunk(aTrunk())
    await expect(it.registrar.createTrunk(aTrunk({ domain_name: 'two' }))).rejects.toMatchObject({ reason: 'TRUNK_LIMIT' })
  })

  test.each(['', '+1555', 'agent:1', 'a b', 'jürgen', 'a'.repeat(65)])('are not called "%s"', async (extension) => {
    await expect(it.registrar.createExtension(anExtension({ extension }))).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' })
  })

  test('get another direct hash, and the one that the directory gave', async () => {
    const made = await it.registrar.createExtension(anExtension())
    const renewed = await it.registrar.regenerateExtensionHash({ id: made.id })
    expect(renewed.direct_hash).not.toBe(made.direct_hash)
    const columns = {
      id: crypto.randomUUID(),
      tm_create: made.tm_create,
      tm_update: null,
      tm_delete: null,
      version: 1,
      resource_version: 2,
    }
    const entry = { ...columns, customer_id, resource_type: 'extension' as const, resource_id: made.id, hash: 'direct.0123456789ab' }
    await publishEvent(it.system.bus, directContract, 'direct_regenerated', { ...entry, refused_hash: renewed.direct_hash })
    expect(await it.registrar.getExtension({ id: made.id })).toMatchObject({ direct_hash: 'direct.0123456789ab' })
  })

  test("among an agent's addresses are the agent's, if they are the customer's", async () => {
    const mine = await it.registrar.createExtension(anExtension())
    const notMine = await it.registrar.createExtension(anExtension({ extension: '1001' }))
    const theirs = await it.registrar.createExtension(anExtension({ customer_id: other_id }))
    const targets = [mine.id, theirs.id, 'nonsense']
    const addresses = targets.map((target) => ({ type: 'extension' as const, target, target_name: '', name: '', detail: '' }))
    const agent = anAgent({ customer_id, addresses })
    await fakeService(it.system.bus, agentContract, { getAgent: () => agent })
    const of = { customer_id, owner_id: agent.id }
    expect((await it.registrar.listAgentExtensions(of)).result.map(({ id }) => id)).toEqual([mine.id])
    expect(await it.registrar.getAgentExtension({ ...of, id: mine.id })).toMatchObject({ extension: '1000' })
    for (const id of [notMine.id, theirs.id]) {
      await expect(it.registrar.getAgentExtension({ ...of, id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    }
  })
})

describe('trunks', () => {
  test('by password are found in their own domain', async () => {
    const made = await it.registrar.createTrunk(
      aTrunk({ domain_name: 'Acme.West', auth_types: ['basic'], username: 'pbx', password: 'long enough' }),
    )
    expect(made).toMatchObject({ domain_name: 'acme.west', password: 'long enough', allowed_ips: [] })
    const found = await userOf('pbx', 'acme.west.trunk.voipbin.test')
    expect(found).toMatchObject({ identity_kind: 'trunk', identity_id: made.id, aor_user: '', max_contacts: 0 })
    expect(found?.digest[0]?.ha1).toBe(md5('pbx:acme.west.trunk.voipbin.test:long enough'))
    expect(await userOf('other', 'acme.west.trunk.voipbin.test')).toBeNull()
    await it.registrar.updateTrunk({ id: made.id, auth_types: ['ip'], allowed_ips: ['192.0.2.9'] })
    expect(await userOf('pbx', 'acme.west.trunk.voipbin.test')).toBeNull()
  })

  test('by address are known at every host of ours, until two have the same', async () => {
    const made = await it.registrar.createTrunk(aTrunk({ auth_types: ['ip', 'ip'], allowed_ips: ['192.0.2.7', '192.0.2.7'] }))
    expect(made).toMatchObject({ auth_types: ['ip'], allowed_ips: ['192.0.2.7'], password: '' })
    const byTrunk = { verdict: 'trunk', customer_id, identity_id: made.id }
    expect(await identify({})).toMatchObject(byTrunk)
    await it.registrar.createTrunk(
      aTrunk({ customer_id: other_id, domain_name: 'mallory', auth_types: ['ip'], allowed_ips: ['192.0.2.7'] }),
    )
    expect(await identify({})).toMatchObject({ verdict: 'challenge' })
    expect(await identify({ host: 'acme.trunk.voipbin.test' })).toMatchObject(byTrunk)
    await it.registrar.updateTrunk({ id: made.id, allowed_ips: ['192.0.2.8'] })
    expect(await identify({ source_ip: '192.0.2.8' })).toMatchObject(byTrunk)
    await it.registrar.deleteTrunk({ id: made.id })
    expect(await identify({ source_ip: '192.0.2.8' })).toMatchObject({ verdict: 'challenge' })
  })

  test("can do what they say, and their names are the platform's", async () => {
    const refused = { status: 'INVALID_ARGUMENT' }
    await expect(it.registrar.createTrunk(aTrunk({ auth_types: ['basic'] }))).rejects.toMatchObject(refused)
    await expect(it.registrar.createTrunk(aTrunk({ auth_types: ['ip'] }))).rejects.toMatchObject(refused)
    for (const domain_name of ['a', '1acme', 'a_b', `a${'b'.repeat(31)}`]) {
      await expect(it.registrar.createTrunk(aTrunk({ domain_name }))).rejects.toMatchObject(refused)
    }
    const made = await it.registrar.createTrunk(aTrunk({ auth_types: ['basic'], username: 'pbx' }))
    expect(made.password).toMatch(/^[\w-]{20}$/)
    await expect(it.registrar.createTrunk(aTrunk({ customer_id: other_id, domain_name: 'ACME' }))).rejects.toMatchObject({
      reason: 'DOMAIN_NAME_TAKEN',
    })
    await expect(it.registrar.updateTrunk({ id: made.id, username: 'new' })).rejects.toMatchObject(refused)
    await it.registrar.updateTrunk({ id: made.id, username: 'new', password: 'long enough' })
    expect((await userOf('new', 'acme.trunk.voipbin.test'))?.digest[1]?.ha1).toBe(sha256('new:acme.trunk.voipbin.test:long enough'))
  })
})

describe('identifySource()', () => {
  test('asks each user for one algorithm, and who is not there for the same one each time', async () => {
    const algorithm = async (from_user: string) => (await identify({ host: realm, from_user })).algorithm
    await it.registrar.createExtension(anExtension())
    expect([await algorithm('1000'), await algorithm('2000')]).toEqual(['MD5', 'MD5'])
    const strong = await it.registrar.createExtension(anExtension({ extension: '1001', digest_algorithm: 'SHA-256' }))
    expect([await algorithm('1000'), await algorithm('1001')]).toEqual(['MD5', 'SHA-256'])
    const absent = await Promise.all(Array.from({ length: 40 }, (_, at) => algorithm(`30${at}`)))
    expect(new Set(absent)).toEqual(new Set(['MD5', 'SHA-256']))
    expect(await Promise.all(Array.from({ length: 40 }, (_, at) => algorithm(`30${at}`)))).toEqual(absent)
    await it.registrar.updateExtension({ id: strong.id, digest_algorithm: 'MD5' })
    expect(await algorithm('1001')).toBe('MD5')
  })

  test('lets anybody call a direct hash, and nothing that there is not', async () => {
    const answers = { getDirectByHash: ({ hash: asked }: { hash: string }) => ({ ...direct, hash: asked }) }
    const columns = { id: crypto.randomUUID(), tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }
    const direct = { ...columns, customer_id: other_id, resource_type: 'queue', resource_id: NIL_ID, refused_hash: '', resource_version: 1 }
    const fake = await fakeService(it.system.bus, directContract, answers)
    expect(await identify({ host: 'sip.voipbin.test', to_user: 'direct.0123456789ab' })).toMatchObject({
      verdict: 'anonymous',
      customer_id: other_id,
    })
    await fake.close()
    await fakeService(it.system.bus, directContract, {
      getDirectByHash: ({ hash: asked }: { hash: string }) => Promise.reject(notFound('direct', asked)),
    })
    expect(await identify({ host: 'sip.voipbin.test', to_user: 'direct.0123456789ab' })).toMatchObject({ verdict: 'unknown_domain' })
    expect(await identify({ host: 'sip.voipbin.test', to_user: '+15551234' })).toMatchObject({ verdict: 'unknown_domain' })
  })

  test('lets anybody call a number that has a flow, however it is written', async () => {
    await it.close()
    it = await startRegistrar({ contracts: [numberPort] })
    const numbers: Record<string, string> = { '+15551234': aFlow, '+15550000': NIL_ID }
    await fakeService(it.system.bus, numberPort, {
      findNumber: ({ number }: { number: string }) => {
        const call_flow_id = numbers[number]
        return { number: call_flow_id ? { id: NIL_ID, customer_id: other_id, number, call_flow_id, is_virtual: false } : null }
      },
    })
    const verdictOf = async (to_user: string) => (await identify({ to_user })).verdict
    expect(await Promise.all(['+15551234', '15551234', '+15550000', '+15559999', '1000'].map(verdictOf))).toEqual([
      ...['anonymous', 'anonymous', 'challenge', 'challenge', 'challenge'],
    ])
  })

  test('reads the settings: base domain, other names, default customer, carriers', async () => {
    await it.close()
    const env = { VOIPBIN_SIP_DOMAIN: 'SIP.example.org', VOIPBIN_SIP_HOST_NAMES: 'pbx.local', VOIPBIN_SIP_DEFAULT_CUSTOMER: other_id }
    it = await startRegistrar({ env: { ...env, VOIPBIN_CARRIER_IPS: '203.0.113.0/24' } })
    expect(await identify({ host: 'pbx.local' })).toMatchObject({ verdict: 'challenge', realm: `${other_id}.registrar.sip.example.org` })
    expect(await identify({ source_ip: '203.0.113.9' })).toMatchObject({ verdict: 'trunk', customer_id: NIL_ID })
    expect(await identify({ host: realm })).toMatchObject({ verdict: 'unknown_domain' })
  })
})

describe('bindings', () => {
  const update = (identity_id: string, fields: object) =>
    it.registrar.updateBindings({ customer_id, identity_id, sip_call_id: 'c', cseq: 1, save: [], remove: [], ...fields })
  const contacts = async (identity_id: string) =>
    (await it.registrar.listBindings({ customer_id, identity_id })).bindings.map(({ contact }) => contact)

  test('are saved, refreshed, told and removed, and end by their time', async () => {
    const { id } = await it.registrar.createExtension(anExtension())
    const one = aBinding('sip:1000@192.0.2.7')
    expect(await update(id, { save: [one] })).toEqual({ bindings: [one] })
    const brief = aBinding('sip:1000@192.0.2.8', { tm_expire: '2026-01-01T00:01:00.000000Z', q: 500 })
    await update(id, { save: [{ ...one, cseq: 2, user_agent: 'phone/2' }, brief] })
    expect(await it.registrar.listBindings({ customer_id, identity_id: id })).toEqual({
      bindings: [{ ...one, cseq: 2, user_agent: 'phone/2' }, brief],
    })
    await expect(update(id, { sip_call_id: one.sip_call_id, cseq: 2, remove: [one.contact] })).rejects.toMatchObject({
      reason: 'REGISTRATION_OUT_OF_ORDER',
    })
    await it.clock.advance(60_000)
    expect(await contacts(id)).toEqual([one.contact])
    await update(id, { remove: [one.contact] })
    expect(await contacts(id)).toEqual([])
    await update(id, { save: [one] })
    await update(id, { remove_all: true })
    expect(await contacts(id)).toEqual([])
  })

  test('are as many as may be', async () => {
    const { id } = await it.registrar.createExtension(anExtension())
    for (const at of [1, 2, 3, 4]) await update(id, { save: [aBinding(`sip:${at}@h`, { tm_expire: `2026-01-01T0${at}:00:00.000000Z` })] })
    expect(await contacts(id)).toEqual(['sip:4@h', 'sip:3@h', 'sip:2@h'])
    const save = ['a', 'b', 'c', 'd'].map((name) => aBinding(`sip:${name}@h`))
    await expect(update(id, { save })).rejects.toMatchObject({ reason: 'TOO_MANY_CONTACTS' })
  })

  test('are of an extension, and of its customer', async () => {
    const { id } = await it.registrar.createExtension(anExtension())
    await update(id, { save: [aBinding('sip:1000@192.0.2.7')] })
    const foreign = { customer_id: other_id, identity_id: id }
    await expect(it.registrar.updateBindings({ ...foreign, sip_call_id: 'c', cseq: 1, save: [], remove: [] })).rejects.toMatchObject({
      status: 'NOT_FOUND',
    })
    expect(await it.registrar.listBindings(foreign)).toEqual({ bindings: [] })
    await it.registrar.deleteExtension({ id })
    await expect(update(id, {})).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect(await it.database.engine.reader.all('select * from registrar_bindings', [])).toEqual([])
  })

  test('of a connection that closed are released, and no newer ones of the same contact', async () => {
    const { id } = await it.registrar.createExtension(anExtension())
    const old = aBinding('sip:1000@h;transport=tcp', { flow: 'TCP/lan/e/7' })
    await update(id, { save: [old, aBinding('sip:b@h', { flow: 'TCP/lan/e/7' }), aBinding('sip:c@h')] })
    await update(id, { save: [{ ...old, cseq: 2, flow: 'TCP/lan/e/8' }] })
    await it.registrar.releaseFlow({ customer_id, identity_id: id, node_id: 'n1', flow: 'TCP/lan/e/7' })
    expect((await contacts(id)).sort()).toEqual(['sip:1000@h;transport=tcp', 'sip:c@h'])
  })

  test('make whoever calls from the same address and port prove who they are', async () => {
    await fakeService(it.system.bus, directContract, { getDirectByHash: () => ({ customer_id: other_id, ...aDirect }) })
    const source = 'udp:192.0.2.50:40312'
    const call = (from = source) => identify({ source_ip: '192.0.2.50', source: from, to_user: 'direct.0123456789ab' })
    expect(await call()).toMatchObject({ verdict: 'anonymous' })
    const { id } = await it.registrar.createExtension(anExtension())
    await update(id, { save: [aBinding('sip:1000@h', { source, tm_expire: '2026-01-01T00:01:00.000000Z' })] })
    expect(await call()).toMatchObject({ verdict: 'challenge' })
    expect(await call('udp:192.0.2.50:40313')).toMatchObject({ verdict: 'anonymous' })
    expect(await call('')).toMatchObject({ verdict: 'anonymous' })
    await it.clock.advance(60_000)
    expect(await call()).toMatchObject({ verdict: 'anonymous' })
  })
})

const aDirect = {
  ...{ id: NIL_ID, resource_type: 'queue', resource_id: NIL_ID, hash: 'direct.0123456789ab', refused_hash: '', resource_version: 1 },
  ...{ tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 },
}

describe('customers', () => {
  test('that are frozen have no phones and no trunks, until they are thawed', async () => {
    await it.registrar.createExtension(anExtension())
    await it.registrar.createTrunk(aTrunk({ auth_types: ['ip'], allowed_ips: ['192.0.2.7'] }))
    const customer = aCustomer({ id: customer_id })
    await publishEvent(it.system.bus, customerContract, 'customer_frozen', customer)
    expect([await userOf('1000'), (await identify({})).verdict]).toEqual([null, 'unknown_domain'])
    await publishEvent(it.system.bus, customerContract, 'customer_recovered', customer)
    expect([(await userOf('1000'))?.aor_user, (await identify({})).verdict]).toEqual(['1000', 'trunk'])
  })

  test('that are deleted leave nothing', async () => {
    const { id } = await it.registrar.createExtension(anExtension())
    await it.registrar.updateBindings({
      customer_id,
      identity_id: id,
      sip_call_id: 'c',
      cseq: 1,
      save: [aBinding('sip:1000@h')],
      remove: [],
    })
    await it.registrar.createTrunk(aTrunk({ auth_types: ['ip'], allowed_ips: ['192.0.2.7'] }))
    await it.registrar.createExtension(anExtension({ customer_id: other_id }))
    const log = await recordEvents(it.system.bus, [registrarContract])
    await publishEvent(it.system.bus, customerContract, 'customer_deleted', aCustomer({ id: customer_id }))
    await it.clock.advance(1_000)
    expect(
      log.events
        .map(({ type }) => type)
        .filter((type) => type.endsWith('_deleted'))
        .sort(),
    ).toEqual(['extension_deleted', 'trunk_deleted'])
    for (const table of ['registrar_bindings', 'registrar_trunk_addresses']) {
      expect(await it.database.engine.reader.all(`select * from ${table}`, [])).toEqual([])
    }
    expect(await it.database.engine.reader.all('select ha1_md5 from registrar_extensions where tm_delete is not null', [])).toEqual([
      { ha1_md5: '' },
    ])
    expect((await it.registrar.listExtensions({ customer_id: other_id })).result).toHaveLength(1)
  })
})
