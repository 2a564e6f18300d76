import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callers, startWorld, type World } from './world.ts'

describe('the public port', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())

  test('answers a ping', async () => {
    const { status, body } = await world.send('GET', '/ping')
    expect([status, body]).toEqual([200, { message: 'pong' }])
  })

  test('shows its health, and no metrics', async () => {
    expect((await world.send('GET', '/health/live')).body).toEqual({ status: 'ok' })
    expect((await world.send('GET', '/health/ready')).body).toMatchObject({ status: 'ok', checks: { bus: { status: 'ok' } } })
    expect((await world.send('GET', '/metrics')).status).toBe(404)
  })

  test.each([
    ['GET', '/'],
    ['GET', '/nope'],
    ['GET', '/v1.0/nope'],
    ['GET', '/v1.0/auth/login'],
    ['GET', '/things'],
    ['GET', '/v1.0/things/'],
    ['PATCH', '/v1.0/things'],
    ['HEAD', '/v1.0/things'],
    ['GET', '/auth/login'],
    ['OPTIONS', '/v1.0/things'],
    ['POST', '/ping'],
    ['GET', '/v1.0/Things'],
  ])('%s %s is no route: 404, whoever asks', async (method, path) => {
    const { status, text, body } = await world.send(method, path, { as: callers.admin })
    expect(status).toBe(404)
    if (method !== 'HEAD') expect(text).toContain('"ROUTE_NOT_FOUND"')
    if (method !== 'HEAD') expect(text).toContain('Those that there are: /docs')
    if (method !== 'HEAD') expect(Object.keys(body['error'] as object)).toEqual(['status', 'reason', 'message', 'request_id'])
  })

  test('an unknown path is not echoed with its query', async () => {
    expect((await world.send('GET', '/nope?token=s3cret')).text).not.toContain('s3cret')
  })

  test('a path that is not percent-encoded properly is refused in the envelope', async () => {
    const { status, body, headers } = await world.send('GET', '/v1.0/things/%zz', { as: callers.admin })
    expect(status).toBe(400)
    expect(body['error']).toMatchObject({ status: 'INVALID_ARGUMENT', request_id: headers.get('x-request-id') })
  })

  describe('request id', () => {
    test.each(['abc', 'A-b_9', 'x'.repeat(64)])('a safe one is echoed: %s', async (id) => {
      const { headers, body } = await world.send('GET', '/nope', { headers: { 'x-request-id': id } })
      expect(headers.get('x-request-id')).toBe(id)
      expect(body['error']).toMatchObject({ request_id: id })
    })

    test.each(['', 'x'.repeat(65), 'a b', 'a.b', 'a"b', '<x>', 'ä'])('any other is replaced: "%s"', async (id) => {
      const { headers } = await world.send('GET', '/ping', { headers: { 'x-request-id': id } })
      expect(headers.get('x-request-id')).toMatch(/^req_[a-z2-7]{26}$/)
    })

    test('reaches the services', async () => {
      await world.send('GET', '/v1.0/things', { as: callers.admin, headers: { 'x-request-id': 'mine-1' } })
      expect(world.calls.at(-1)?.request_id).toBe('mine-1')
    })
  })

  describe('CORS', () => {
    test('a preflight of any origin is answered for twelve hours', async () => {
      const headers = { origin: 'https://example.com', 'access-control-request-method': 'PUT' }
      const answer = await world.send('OPTIONS', '/v1.0/things/anything', { headers })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toBe('POST, GET, PUT, DELETE, PATCH, HEAD, OPTIONS')
      expect(answer.headers.get('access-control-allow-headers')).toContain('Origin, X-Requested-With, Content-Type, Accept, Authorization')
      expect(answer.headers.get('access-control-max-age')).toBe('43200')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    })

    test('answers and refusals may be read by any origin', async () => {
      for (const path of ['/ping', '/nope', '/v1.0/things']) {
        const answer = await world.send('GET', path, { headers: { origin: 'https://example.com' } })
        expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      }
    })
  })

  test('what is not HTTP is refused in the envelope', async () => {
    const text = await talk(world.url, 'NONSENSE\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toMatch(/\{"error":\{"status":"INVALID_ARGUMENT",.*"request_id":"req_[a-z2-7]{26}"/)
  })

  test('headers of 20 000 octets are refused in the envelope', async () => {
    const text = await talk(world.url, `GET /ping HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(text).toContain('"status":"INVALID_ARGUMENT"')
  })

  test('every request is counted by its route and logged without its query', async () => {
    await world.send('GET', '/v1.0/things?accesskey=vb_topsecret&label=private')
    await world.send('GET', '/v1.0/things', { as: callers.admin, headers: { 'x-request-id': 'log-1' } })
    const line = world.system.logs.find((entry) => entry['request_id'] === 'log-1' && entry['message'] === 'request')
    expect(line).toMatchObject({ route: 'GET /v1.0/things', status: 200, customer_id: callers.admin.actor.customer_id, level: 'info' })
    expect(line?.['duration_ms']).toBeTypeOf('number')
    expect(JSON.stringify(world.system.logs)).not.toMatch(/topsecret|private|fake\./)
    const metrics = await (await fetch(`${world.system.platform.adminUrl}/metrics`)).text()
    expect(metrics).toMatch(/voipbin_http_requests_total\{method="GET",route="GET \/v1\.0\/things",status="200"\} \d+/)
    expect(metrics).toMatch(/voipbin_http_requests_total\{method="GET",route="GET \/v1\.0\/things",status="401"\} \d+/)
    expect(metrics).toMatch(/voipbin_http_requests_total\{method="GET",route="unknown",status="404"\} \d+/)
    expect(metrics).toContain('voipbin_http_request_seconds_bucket')
  })
})

/** Sends octets as they are. @returns everything that comes back */
function talk(url: string, octets: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(octets))
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}
