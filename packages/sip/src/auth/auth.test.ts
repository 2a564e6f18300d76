import { describe, expect, it } from 'vitest'
import { createRequest, createResponse } from '../message/build.ts'
import { authorizationHeader, proxyAuthenticateHeader, wwwAuthenticateHeader } from '../message/fields/authentication.ts'
import { HeaderList } from '../message/header-list.ts'
import type { SipRequest } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'
import { digestChallenge } from './challenge.ts'
import { DigestClient } from './client.ts'
import { type DigestAlgorithm, digestResponse, passwordDigest } from './digest.ts'
import { Nonces } from './nonces.ts'
import { credentialsFor, verifyDigest } from './verify.ts'

describe('digestResponse()', () => {
  // RFC 7616 §3.9.1
  const rfc7616 = (algorithm: DigestAlgorithm) =>
    digestResponse({
      algorithm,
      ha1: passwordDigest(algorithm, { username: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life' }),
      ...{ method: 'GET', uri: '/dir/index.html', nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v' },
      qop: { value: 'auth', nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
    })

  it('computes the examples of RFC 7616 §3.9.1', () => {
    expect(rfc7616('MD5')).toBe('8ca523f5e9506fed4657c9700eebdbec')
    expect(rfc7616('SHA-256')).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
  })

  it('computes the example of RFC 2617 §3.5, and that of RFC 2069 without qop', () => {
    const ha1 = passwordDigest('MD5', { username: 'Mufasa', realm: 'testrealm@host.com', password: 'Circle Of Life' })
    const input = { algorithm: 'MD5', ha1, method: 'GET', uri: '/dir/index.html', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' } as const
    expect(digestResponse({ ...input, qop: { value: 'auth', nc: '00000001', cnonce: '0a4f113b' } })).toBe(
      '6629fae49393a05397450978507c4ef1',
    )
    expect(digestResponse(input)).toBe('670fd8c2df070c60b045671b8b24ff02')
  })

  it('covers the body with auth-int', () => {
    const input = { algorithm: 'MD5', ha1: 'x', method: 'INVITE', uri: 'sip:b', nonce: 'n' } as const
    const qop = { value: 'auth-int', nc: '00000001', cnonce: 'c' } as const
    expect(digestResponse({ ...input, qop, body: Buffer.from('a') })).not.toBe(digestResponse({ ...input, qop, body: Buffer.from('b') }))
  })
})

function request(method = 'REGISTER', uri = 'sip:example.com'): SipRequest {
  const headers = new HeaderList().append('Via', 'SIP/2.0/UDP h;branch=z9hG4bKx').append('From', '<sip:1001@example.com>;tag=1')
  headers.append('To', '<sip:1001@example.com>').append('Call-ID', 'c').append('CSeq', `1 ${method}`)
  return createRequest(method, parseUri(uri) ?? expect.fail(), headers)
}

function challenged(algorithm: DigestAlgorithm, nonce = 'n1', isStale = false) {
  const response = createResponse(request(), 401)
  return { ...response, headers: response.headers.set(wwwAuthenticateHeader, digestChallenge({ realm: 'r', nonce, algorithm, isStale })) }
}

const account = { username: '1001', password: 's3"cret' }
const ha1 = (algorithm: DigestAlgorithm) => ({ algorithm, value: passwordDigest(algorithm, { ...account, realm: 'r' }) })

describe('client and server', () => {
  it.each(['MD5', 'SHA-256', 'SHA-512-256'] as const)('agree on %s', (algorithm) => {
    const client = new DigestClient(account)
    const next = request()
    expect(client.answer(challenged(algorithm), request(), next)).toBe('answered')
    const credentials = credentialsFor(next, 'r') ?? expect.fail()
    expect(credentials).toMatchObject({ username: '1001', nonce: 'n1', algorithm, qop: { count: 1 } })
    expect(verifyDigest(next, credentials, ha1(algorithm))).toBe('correct')
    client.authorise(next)
    expect(credentialsFor(next, 'r')?.qop?.count).toBe(2)
    expect(next.headers.rawAll('Authorization')).toHaveLength(1)
  })

  it('tell what is wrong', () => {
    const next = request()
    new DigestClient(account).answer(challenged('MD5'), request(), next)
    const credentials = credentialsFor(next, 'r') ?? expect.fail()
    expect(credentialsFor(next, 'other')).toBeUndefined()
    expect(credentialsFor(next, 'r', 'proxy')).toBeUndefined()
    expect(verifyDigest(next, credentials, { algorithm: 'MD5', value: undefined })).toBe('unknown user')
    expect(verifyDigest(next, credentials, ha1('SHA-256'))).toBe('wrong algorithm')
    expect(verifyDigest(request('REGISTER', 'sip:other.com'), credentials, ha1('MD5'))).toBe('wrong uri')
    expect(verifyDigest(request('INVITE'), credentials, ha1('MD5'))).toBe('wrong password')
    expect(verifyDigest(next, { ...credentials, response: 'short' }, ha1('MD5'))).toBe('wrong password')
  })

  it('try once, again after stale, and not when refused', () => {
    const client = new DigestClient(account)
    const [first, second, third] = [request(), request(), request()]
    client.answer(challenged('MD5'), request(), first)
    expect(client.answer(challenged('MD5', 'n2', true), first, second)).toBe('answered')
    expect(credentialsFor(second, 'r')).toMatchObject({ nonce: 'n2', qop: { count: 1 } })
    expect(client.answer(challenged('MD5', 'n3'), second, third)).toBe('refused')
    expect(third.headers.has('Authorization')).toBe(false)
  })

  it('try again with a new nonce where the one before was good, though nobody calls it stale', () => {
    const client = new DigestClient(account)
    const [first, second, third, fourth] = [request(), request(), request(), request()]
    client.answer(challenged('MD5'), request(), first)
    client.authorise(second)
    expect(client.answer(challenged('MD5', 'n2'), second, third)).toBe('answered')
    expect(credentialsFor(third, 'r')).toMatchObject({ nonce: 'n2', qop: { count: 1 } })
    expect(client.answer(challenged('MD5', 'n3'), third, fourth)).toBe('refused')
    client.authorise(fourth)
    expect(fourth.headers.has('Authorization')).toBe(false)
  })

  it('learn a challenge for a request that is not made yet', () => {
    const client = new DigestClient(account)
    expect(client.learn(challenged('MD5'), request())).toBe('answered')
    const next = request()
    client.authorise(next)
    expect(credentialsFor(next, 'r')).toMatchObject({ nonce: 'n1', qop: { count: 1 } })
  })

  it('answer a proxy apart, echo opaque, and take the first algorithm that they know', () => {
    const response = createResponse(request(), 407)
    response.headers.append('Proxy-Authenticate', 'Digest realm="p", nonce="a", algorithm=MD5-sess, qop="auth"')
    response.headers.append('Proxy-Authenticate', 'Digest realm="p", nonce="b", algorithm=SHA-256, qop="auth-int,auth", opaque="o"')
    response.headers.append('Proxy-Authenticate', 'Digest realm="p", nonce="c"')
    const next = request('INVITE', 'sip:bob@example.com')
    expect(new DigestClient(account).answer(response, request(), next)).toBe('answered')
    expect(credentialsFor(next, 'p', 'proxy')).toMatchObject({
      nonce: 'b',
      algorithm: 'SHA-256',
      uri: 'sip:bob@example.com',
      qop: { value: 'auth' },
    })
    expect(next.headers.raw('Proxy-Authorization')).toContain('opaque="o"')
    response.headers.setRaw(proxyAuthenticateHeader.name, 'Basic realm="p"')
    expect(new DigestClient(account).answer(response, request(), request())).toBe('unsupported')
  })

  it('ignore credentials that are no Digest or not whole', () => {
    for (const value of ['NoOneKnowsThisScheme opaque-data=here', 'Digest username="a", realm="r"', 'Digest x', '???']) {
      const incoming = request()
      incoming.headers.append(authorizationHeader.name, value)
      expect(credentialsFor(incoming, 'r')).toBeUndefined()
    }
    const incoming = request()
    incoming.headers.append(
      'Authorization',
      'Digest username="a", realm="r", nonce="n", uri="sip:x", response="1", qop=auth, nc=1, cnonce="c"',
    )
    expect(credentialsFor(incoming, 'r')).toBeUndefined()
  })
})

describe('digestChallenge()', () => {
  it('names the algorithm only where it is not MD5, and stale only where it is', () => {
    const text = (value: Parameters<typeof digestChallenge>[0]) => wwwAuthenticateHeader.format(digestChallenge(value))
    expect(text({ realm: 'r', nonce: 'n', algorithm: 'MD5' })).toBe('Digest realm="r", nonce="n", qop="auth"')
    expect(text({ realm: 'r', nonce: 'n', algorithm: 'SHA-256', isStale: true })).toBe(
      'Digest realm="r", nonce="n", algorithm=SHA-256, stale=true, qop="auth"',
    )
  })
})

describe('Nonces', () => {
  it('are ours, grow stale, and count upwards only', () => {
    let now = 1_000
    const nonces = new Nonces({ now: () => now, validMs: 60_000 })
    const nonce = nonces.issue()
    expect(nonces.inspect(nonce)).toBe('good')
    expect(nonces.use(nonce, 1)).toBe('good')
    expect(nonces.use(nonce, 1)).toBe('replayed')
    expect(nonces.use(nonce, 3)).toBe('good')
    expect(nonces.use(nonce, 2)).toBe('replayed')
    const once = nonces.issue()
    expect([nonces.use(once, undefined), nonces.use(once, undefined), nonces.use(once, 9)]).toEqual(['good', 'replayed', 'replayed'])
    now += 60_001
    expect([nonces.inspect(nonce), nonces.use(nonce, 4)]).toEqual(['stale', 'stale'])
    const tampered = (nonce.startsWith('1') ? '2' : '1') + nonce.slice(1)
    for (const forged of ['', 'x', tampered, new Nonces({ now: () => now }).issue()]) expect(nonces.inspect(forged)).toBe('forged')
  })

  it('may be bound to whoever was challenged', () => {
    const nonces = new Nonces({ now: () => 5 })
    const nonce = nonces.issue('192.0.2.1')
    expect([nonces.inspect(nonce), nonces.use(nonce, 1, '192.0.2.2'), nonces.use(nonce, 1, '192.0.2.1')]).toEqual([
      ...['forged', 'forged', 'good'],
    ])
  })

  it('are known to every node of one secret', () => {
    const secret = new Uint8Array(32)
    expect(new Nonces({ now: () => 5, secret }).inspect(new Nonces({ now: () => 5, secret }).issue())).toBe('good')
  })

  it('forget what is too old, and what is too much', () => {
    let now = 0
    const nonces = new Nonces({ now: () => now, validMs: 1_000, maxRemembered: 10 })
    for (let count = 0; count < 50; count++) nonces.use(nonces.issue(), 1)
    expect(nonces.rememberedCount).toBe(10)
    now = 2_000
    nonces.use(nonces.issue(), 1)
    expect(nonces.rememberedCount).toBe(1)
  })
})
