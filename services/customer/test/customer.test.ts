import { createHash } from 'node:crypto'
import { customerContract } from '@voipbin/contracts/customer'
import { createFakeClock, type FakeClock, recordEvents, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customerService } from '../src/index.ts'

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')
const preset = `vb_${'k'.repeat(32)}`

describe('customer', () => {
  let system: System
  let clock: FakeClock
  const customer = () => system.client(customerContract)
  const authenticate = (token: string) => customer().authenticateAccesskey({ token_hash: hashOf(token) })

  beforeEach(async () => {
    clock = createFakeClock()
    system = await startSystem({ services: [customerService], clock })
  })
  afterEach(() => system.close())

  test('the first start makes one customer with one key, the second start none', async () => {
    const first = await customer().seed({})
    expect(first.created).toBe(true)
    expect(await authenticate(first.token)).toMatchObject({ customer_id: first.customer_id, customer_status: 'active', tm_expire: null })
    expect(await customer().seed({})).toEqual({ customer_id: first.customer_id, token: '', created: false })
  })

  test('two first starts at once make one customer', async () => {
    const seeded = await Promise.all([customer().seed({}), customer().seed({}), customer().seed({})])
    expect(seeded.filter(({ created }) => created)).toHaveLength(1)
  })

  test('a preset key is used as it is, and refused when no client could send it', async () => {
    await expect(customer().seed({ token: 'vb_short' })).rejects.toMatchObject({ reason: 'INVALID_ACCESS_KEY' })
    expect((await customer().seed({ token: preset })).token).toBe(preset)
    await expect(authenticate(preset)).resolves.toBeDefined()
  })

  test('a key shows its token once, works until it expires, and stores only the hash', async () => {
    const { id } = await customer().createCustomer({ name: 'Acme' })
    const key = await customer().createAccesskey({ customer_id: id, name: 'ci', expire: 60 })
    expect(key.token).toMatch(/^vb_[A-Za-z0-9_-]{32}$/)
    expect(key.token_prefix).toBe(key.token.slice(0, 11))
    const read = await customer().getAccesskey({ id: key.id })
    expect(read).not.toHaveProperty('token')
    expect(read).not.toHaveProperty('token_hash')
    await expect(authenticate(key.token)).resolves.toMatchObject({ id: key.id })
    await clock.advance(61_000)
    await expect(authenticate(key.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('the token is given again to who repeats the request, and to nobody else', async () => {
    const { id } = await customer().createCustomer({ name: 'Acme' })
    const input = { customer_id: id, name: 'ci', expire: 60 }
    const first = await customer().createAccesskey(input, { operationId: 'wish-1' })
    const again = await customer().createAccesskey(input, { operationId: 'wish-1' })
    expect(again).toEqual(first)
    await expect(customer().createAccesskey({ ...input, name: 'other' }, { operationId: 'wish-1' })).rejects.toMatchObject({
      status: 'ALREADY_EXISTS',
      reason: 'IDEMPOTENCY_KEY_REUSED',
    })
    const database = system.platform.services[0]?.database
    const rows = JSON.stringify(await database?.engine.reader.all('select * from customer_operations', []))
    expect(rows).not.toContain(first.token)
    expect(rows).not.toContain('wish-1')
  })

  test('revoked keys and keys of a deleted customer open nothing; no event carries a hash', async () => {
    const log = await recordEvents(system.bus, [customerContract])
    const { id } = await customer().createCustomer({ name: 'Acme' })
    const [one, two] = await Promise.all([
      customer().createAccesskey({ customer_id: id, expire: 600 }),
      customer().createAccesskey({ customer_id: id, expire: 600 }),
    ])
    await customer().deleteAccesskey({ id: one.id })
    await expect(authenticate(one.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await customer().deleteCustomer({ id })
    await expect(authenticate(two.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await clock.advance(1000)
    expect((await customer().listAccesskeys({ customer_id: id })).result).toEqual([])
    expect(log.events.map(({ type }) => type).sort()).toEqual(
      ['accesskey_created', 'accesskey_created', 'accesskey_deleted', 'accesskey_deleted', 'customer_created', 'customer_deleted'].sort(),
    )
    expect(JSON.stringify(log.events)).not.toContain(hashOf(one.token))
  })

  test('a key for an unknown customer is refused', async () => {
    const customer_id = '22222222-2222-4222-8222-222222222222'
    await expect(customer().createAccesskey({ customer_id, expire: 60 })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})
