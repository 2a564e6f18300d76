import { gatewayContract } from '@voipbin/contracts/gateway'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSigningKeys, type SigningKeys } from '../src/identity/signing-keys.ts'
import { createTokens, type Tokens } from '../src/identity/tokens.ts'
import { gatewayService } from '../src/index.ts'

const DAY_MS = 86_400_000
const some = '11111111-1111-4111-8111-111111111111'
const direct = {
  customer_id: some,
  resource_type: 'ai',
  resource_id: some,
  allowed_resource_types: ['aicall'],
  hash: 'direct.0123456789ab',
}

describe('signing keys', () => {
  let system: System
  let clock: FakeClock
  let keys: SigningKeys
  let tokens: Tokens
  const gateway = () => system.client(gatewayContract)
  /** Another process, which heard of nothing. */
  const another = () => createTokens({ keys: createSigningKeys({ client: system.client, clock }), clock })
  const issue = async () => (await tokens.issue('direct', { direct })).token

  beforeEach(async () => {
    clock = createFakeClock()
    system = await startSystem({ services: [gatewayService], clock, env: { VOIPBIN_HTTP_PORT: '0' } })
    keys = createSigningKeys({ client: system.client, clock })
    tokens = createTokens({ keys, clock })
  })
  afterEach(() => system.close())

  test('the first one is made when it is needed, once, however many ask', async () => {
    const [one, two] = await Promise.all([another().issue('direct', { direct }), another().issue('direct', { direct })])
    expect(decodeProtectedHeader(one.token)).toEqual({ alg: 'HS256', typ: 'JWT', kid: decodeProtectedHeader(two.token).kid })
    expect((await gateway().listSigningKeys({})).result).toHaveLength(1)
  })

  test('what one replica signs the others verify, and it says when it expires twice', async () => {
    const { token, expire } = await tokens.issue('direct', { direct })
    const claims = await another().verify(token)
    expect(claims).toMatchObject({ type: 'direct', direct, expire, iat: clock.now() / 1000, exp: clock.now() / 1000 + 4 * 3600 })
    expect(expire).toBe('2026-01-01T04:00:00.000000Z')
  })

  test('a token expires', async () => {
    const token = await issue()
    await clock.jump(4 * 3_600_000 - 1000)
    expect(await tokens.verify(token)).toBeDefined()
    await clock.jump(1000)
    expect(await tokens.verify(token)).toBeUndefined()
  })

  test('after 30 days there is a new one; the old one goes when what it signed has expired', async () => {
    const old = await issue()
    await clock.jump(30 * DAY_MS)
    await clock.advance(1000)
    const { result } = await gateway().listSigningKeys({})
    expect(result.map(({ id }) => id)).toEqual([result[0]?.id, decodeProtectedHeader(old).kid])
    await clock.advance(11_000)
    expect(decodeProtectedHeader(await issue()).kid).toBe(result[0]?.id)
    await clock.jump(7 * DAY_MS)
    await clock.advance(1000)
    expect((await gateway().listSigningKeys({})).result).toHaveLength(2)
    await clock.jump(3_600_000)
    await clock.advance(1000)
    expect((await gateway().listSigningKeys({})).result.map(({ id }) => id)).toEqual([result[0]?.id])
    const rows = await system.platform.services[0]?.database?.engine.reader.all(
      'select key from gateway_signing_keys where tm_delete is not null',
      [],
    )
    expect(rows).toEqual([{ key: '' }])
  })

  test('a rotation by hand keeps old tokens, unless it is told to drop them', async () => {
    const first = await issue()
    expect(await gateway().rotateSigningKey({})).toEqual({ dropped: 0 })
    await clock.advance(11_000)
    const second = await issue()
    expect(decodeProtectedHeader(second).kid).not.toBe(decodeProtectedHeader(first).kid)
    expect(await tokens.verify(first)).toBeDefined()
    expect(await gateway().rotateSigningKey({ drop_old: true })).toEqual({ dropped: 2 })
    await clock.advance(11_000)
    expect(await tokens.verify(first)).toBeUndefined()
    expect(await tokens.verify(second)).toBeUndefined()
    expect(await tokens.verify(await issue())).toBeDefined()
  })

  test('a token of a key that is newer than what this process read is verified, and guesses ask once a second', async () => {
    const behind = another()
    const stale = (await behind.issue('direct', { direct })).token
    await gateway().rotateSigningKey({})
    await clock.advance(1100)
    const token = (await another().issue('direct', { direct })).token
    expect(decodeProtectedHeader(token).kid).not.toBe(decodeProtectedHeader(stale).kid)
    expect(await behind.verify(token)).toBeDefined()
  })

  test('keys are in no event and no log line', async () => {
    const events: unknown[] = []
    const watching = await system.bus.watch([{ publisher: 'gateway', type: 'signing_key_created' }], (event) => void events.push(event))
    await issue()
    await clock.advance(1000)
    await watching.close()
    const { result } = await gateway().listSigningKeys({})
    expect(events).toHaveLength(1)
    expect(result[0]?.key).toMatch(/^[\w-]{43}$/)
    expect(JSON.stringify([events, system.logs])).not.toContain(result[0]?.key)
  })

  test.each<[string, (key: Uint8Array, kid: string) => Promise<string> | string]>([
    ['of another key', (_key, kid) => sign(new Uint8Array(32), { kid })],
    ['of an unknown key', (key) => sign(key, { kid: some })],
    ['without a key id', (key) => sign(key, {})],
    ['of another algorithm', (key, kid) => sign(Buffer.concat([key, key]), { kid }, 'HS512')],
    ['without a signature', () => new UnsecuredJWT({ type: 'direct', direct }).encode()],
    ['that makes no sense', (key, kid) => new SignJWT({ type: 'direct', exp: 4e9 }).setProtectedHeader({ alg: 'HS256', kid }).sign(key)],
    ['of an unknown type', (key, kid) => new SignJWT({ ...whole, type: 'root' }).setProtectedHeader({ alg: 'HS256', kid }).sign(key)],
    ['that never expires', (key, kid) => new SignJWT(neverEnding).setProtectedHeader({ alg: 'HS256', kid }).sign(key)],
    ['that is none', () => 'eyJ.a.b'],
    ['without end', () => 'e'.repeat(100_000)],
  ])('a token %s is not genuine', async (_name, forge) => {
    const { id, octets } = await keys.current()
    expect(await tokens.verify(await sign(octets, { kid: id }))).toBeDefined()
    expect(await tokens.verify(await forge(octets, id))).toBeUndefined()
  })
})

const neverEnding = { type: 'direct', direct, expire: '2026-01-01T04:00:00.000000Z', iat: 1 }
const whole = { ...neverEnding, exp: 4e9 }
const sign = (key: Uint8Array, header: { kid?: string }, alg = 'HS256') =>
  new SignJWT(whole).setProtectedHeader({ ...header, alg }).sign(key)
