import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearerOf, callers, ids, startWorld, type World } from './world.ts'

describe('ways of answering', () => {
  let world: World
  let store: Store
  beforeAll(async () => {
    store = await startStore()
    world = await startWorld({
      answers: {
        link: () => ({ url: 'https://files.example.com/a b?sig=1&x=%0d%0aSet-Cookie:%20evil=1' }),
        download: () => ({ url: `${store.url}/file`, content_type: 'audio/wav', filename: 'täg "1".wav' }),
        openSocket: () => ({ url: `${store.url.replace('http', 'ws')}/socket?session=1` }),
      },
    })
  })
  afterAll(async () => {
    await world.close()
    await store.close()
  })
  const get = (path: string, headers: Record<string, string> = {}) => world.send('GET', path, { as: callers.admin, headers })

  test('a status of its own, and none without a body', async () => {
    expect((await world.send('POST', '/v1.0/things', { as: callers.admin, json: { name: 'x' } })).status).toBe(201)
    expect((await world.send('POST', `/v1.0/things/${ids.thing}/start`, { as: callers.admin })).status).toBe(202)
    const gone = await world.send('DELETE', `/v1.0/things/${ids.thing}/drop`, { as: callers.admin })
    expect([gone.status, gone.text]).toEqual([204, ''])
  })

  test('redirect: 307, and nothing in the URL ends the header', async () => {
    const { status, headers } = await get(`/v1.0/things/${ids.thing}/link`)
    expect(status).toBe(307)
    expect(headers.get('location')).toBe('https://files.example.com/a%20b?sig=1&x=%0d%0aSet-Cookie:%20evil=1')
    expect(headers.get('set-cookie')).toBeNull()
  })

  test('html: a page whose address is not passed on', async () => {
    const { status, headers, text } = await world.send('GET', '/auth/confirm?token=abc')
    expect([status, text]).toEqual([200, '<p>3</p>'])
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  describe('stream', () => {
    const path = `/v1.0/things/${ids.thing}/file`

    test('passes on the content under the type and name that the owner gives', async () => {
      store.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html', 'content-length': '5' }).end('hello')
      const { status, headers, text } = await get(path)
      expect([status, text]).toEqual([200, 'hello'])
      expect(headers.get('content-type')).toBe('audio/wav')
      expect(headers.get('content-length')).toBe('5')
      expect(headers.get('content-disposition')).toBe(`attachment; filename="t_g _1_.wav"; filename*=UTF-8''t%C3%A4g%20%221%22.wav`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain('sandbox')
    })

    test('sends no credential to the store', async () => {
      let seen: IncomingMessage['headers'] = {}
      store.answer = (request, response) => {
        seen = request.headers
        response.end('x')
      }
      await get(path)
      expect(seen).not.toHaveProperty('authorization')
      expect(seen).not.toHaveProperty('cookie')
    })

    test('a part of it, by range', async () => {
      store.answer = (request, response) =>
        response
          .writeHead(206, { 'content-range': 'bytes 1-2/5', 'content-length': '2' })
          .end(request.headers.range === 'bytes=1-2' ? 'el' : '??')
      const { status, headers, text } = await get(path, { range: 'bytes=1-2' })
      expect([status, text, headers.get('content-range')]).toEqual([206, 'el', 'bytes 1-2/5'])
      store.answer = (_request, response) => response.writeHead(416).end()
      expect((await get(path, { range: 'bytes=9-' })).status).toBe(400)
    })

    test.each([
      ['does not have it', (_: IncomingMessage, response: ServerResponse) => response.writeHead(404).end('secret detail')],
      [
        'sends elsewhere',
        (_: IncomingMessage, response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      ],
      ['breaks', (request: IncomingMessage) => request.socket.destroy()],
    ])('a store that %s is 503', async (_name, answer) => {
      store.answer = answer as Answer
      const { status, text, body } = await get(path)
      expect(status).toBe(503)
      expect(body['error']).toMatchObject({ status: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' })
      expect(text).not.toContain('secret detail')
    })

    test('a store that breaks off midway does not look whole', async () => {
      store.answer = (request, response) => {
        response.writeHead(200).write('half')
        setTimeout(() => request.socket.destroy(), 20)
      }
      await expect(get(path)).rejects.toThrow()
    })

    test('is read no faster than the client reads, and no longer than it stays', async () => {
      let sent = 0
      let isAborted = false
      store.answer = (request, response) => {
        const chunk = Buffer.alloc(65_536)
        const write = () => {
          for (let isReady = true; isReady && !request.socket.destroyed; sent += chunk.length) isReady = response.write(chunk)
        }
        response.on('drain', write)
        response.on('close', () => {
          isAborted = true
        })
        write()
      }
      const { hostname, port } = new URL(world.url)
      const client = connect(Number(port), hostname)
      client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearerOf(callers.admin)}\r\n\r\n`)
      await new Promise((resolve) => client.once('readable', resolve))
      await until(() => sent > 0)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const stalled = sent
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(sent).toBe(stalled)
      expect(sent).toBeLessThan(64 * 1024 * 1024)
      client.destroy()
      await until(() => isAborted)
    })
  })

  test('a client that leaves before the store answers is not waited for', async () => {
    let isLeft = false
    let isAsked = false
    store.answer = (request) => {
      isAsked = true
      request.socket.on('close', () => {
        isLeft = true
      })
    }
    const leaving = new AbortController()
    const headers = { authorization: bearerOf(callers.admin) }
    const waiting = fetch(`${world.url}/v1.0/things/${ids.thing}/file`, { headers, signal: leaving.signal }).catch(() => undefined)
    await until(() => isAsked)
    leaving.abort()
    await waiting
    await until(() => isLeft)
  })

  describe('websocket', () => {
    const path = `/v1.0/things/${ids.thing}/socket`
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='

    async function handshake(target: string, headers: Record<string, string> = {}) {
      const { hostname, port } = new URL(world.url)
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
      })
      const lines = {
        Host: 'x',
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Version': '13',
        ...headers,
      }
      socket.write(
        `GET ${target} HTTP/1.1\r\n${Object.entries(lines)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      )
      await until(() => text.includes('\r\n\r\n'))
      return { socket, read: () => text }
    }

    test('a real client talks to the target, both ways', async () => {
      const socket = new WebSocket(`${world.url.replace('http', 'ws')}${path}?accesskey=vb_ws`)
      world.keys.push({ token: 'vb_ws' })
      const messages: string[] = []
      await new Promise((resolve, reject) => {
        socket.onopen = resolve
        socket.onerror = reject
      })
      socket.onmessage = ({ data }) => void messages.push(String(data))
      socket.send('hello')
      await until(() => messages.length === 1)
      expect(messages).toEqual(['echo hello'])
      expect(store.sockets.at(-1)).toMatchObject({ url: '/socket?session=1' })
      expect(store.sockets.at(-1)?.headers).not.toHaveProperty('authorization')
      const closed = new Promise((resolve) => {
        socket.onclose = resolve
      })
      socket.close()
      await closed
    })

    test('either end ends the other', async () => {
      const { socket, read } = await handshake(path, {
        Authorization: bearerOf(callers.admin),
        'Sec-WebSocket-Protocol': 'audio',
        'X-Request-Id': 'ws-1',
      })
      expect(read()).toMatch(/^HTTP\/1\.1 101 /)
      expect(read()).toContain('X-Request-Id: ws-1')
      expect(read()).toContain('sec-websocket-protocol: audio')
      const target = store.sockets.at(-1)
      expect(target?.headers).toMatchObject({ 'x-request-id': 'ws-1', 'sec-websocket-protocol': 'audio' })
      socket.destroy()
      await until(() => target?.socket.destroyed === true)
      const second = await handshake(path, { Authorization: bearerOf(callers.admin) })
      store.sockets.at(-1)?.socket.destroy()
      await until(() => second.socket.destroyed)
    })

    test('what comes right behind the handshake is not lost', async () => {
      const { hostname, port } = new URL(world.url)
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
      })
      const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: ${bearerOf(callers.admin)}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), frame('early')]))
      await until(() => text.includes('echo early'))
      socket.destroy()
    })

    test.each<[string, string, Record<string, string>, RegExp]>([
      ['without a credential', path, {}, /^HTTP\/1\.1 401 [\s\S]*AUTHENTICATION_REQUIRED/],
      [
        'of another tenant',
        `/v1.0/things/${ids.foreignThing}/socket`,
        { Authorization: bearerOf(callers.admin) },
        /^HTTP\/1\.1 404 [\s\S]*RESOURCE_NOT_FOUND/,
      ],
      ['on an unknown path', '/v1.0/nope', { Authorization: bearerOf(callers.admin) }, /^HTTP\/1\.1 404 [\s\S]*ROUTE_NOT_FOUND/],
      [
        'of another version',
        path,
        { Authorization: bearerOf(callers.admin), 'Sec-WebSocket-Version': '8' },
        /^HTTP\/1\.1 400 [\s\S]*INVALID_ARGUMENT/,
      ],
      ['on an ordinary operation', `/v1.0/things/${ids.thing}`, { Authorization: bearerOf(callers.admin) }, /^HTTP\/1\.1 200 /],
    ])('a handshake %s is answered as any request, and closed', async (_name, target, headers, expected) => {
      const { socket, read } = await handshake(target, headers)
      expect(read()).toMatch(expected)
      expect(read().toLowerCase()).toContain('x-request-id: ')
      await until(() => socket.destroyed)
    })

    test('an ordinary GET is told to upgrade', async () => {
      const { status, body } = await get(path)
      expect(status).toBe(400)
      expect(body['error']).toMatchObject({ message: expect.stringContaining('WebSocket') })
    })

    test('a target that does not answer is 503', async () => {
      const openSocket = world.answers['openSocket']
      world.answers['openSocket'] = () => ({ url: 'ws://127.0.0.1:1/' })
      const { read } = await handshake(path, { Authorization: bearerOf(callers.admin) })
      expect(read()).toMatch(/^HTTP\/1\.1 503 [\s\S]*SERVICE_UNAVAILABLE/)
      world.answers['openSocket'] = () => ({ url: `${store.url}/refuse` })
      expect((await handshake(path, { Authorization: bearerOf(callers.admin) })).read()).toMatch(/^HTTP\/1\.1 503 /)
      if (openSocket) world.answers['openSocket'] = openSocket
    })

    test('an offer of another protocol is answered as usual, with its body', async () => {
      const { hostname, port } = new URL(world.url)
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      const body = '{"name":"h2c"}'
      socket.write(
        `POST /v1.0/things HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\nAuthorization: ${bearerOf(callers.admin)}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      await until(() => text.includes('\r\n\r\n'))
      expect(text).toMatch(/^HTTP\/1\.1 201 /)
      socket.destroy()
    })
  })
})

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown
type Store = {
  readonly url: string
  answer: Answer
  readonly sockets: { url: string | undefined; headers: IncomingMessage['headers']; socket: Socket }[]
  close(): Promise<unknown>
}

/** Stands for a service's own file store and media port. */
async function startStore(): Promise<Store> {
  const server: Server = createServer((request, response) => void store.answer(request, response))
  const store: Store = {
    url: '',
    answer: (_request, response) => response.end(),
    sockets: [],
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.on('error', () => socket.destroy())
    socket.on('end', () => socket.end())
    if (request.url === '/refuse') return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    store.sockets.push({ url: request.url, headers: request.headers, socket })
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    const protocol = request.headers['sec-websocket-protocol']
      ? `Sec-WebSocket-Protocol: ${request.headers['sec-websocket-protocol']}\r\n`
      : ''
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol}\r\n`,
    )
    const receive = (chunk: Buffer) => answerFrame(socket, chunk)
    if (head.length > 0) receive(head)
    socket.on('data', receive)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(store, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** One short masked frame (RFC 6455 §5.2): text is echoed, a close is answered. */
function answerFrame(socket: Socket, octets: Buffer): void {
  const opcode = (octets[0] ?? 0) & 0x0f
  const length = (octets[1] ?? 0) & 0x7f
  const mask = octets.subarray(2, 6)
  const text = Buffer.from(octets.subarray(6, 6 + length).map((octet, index) => octet ^ (mask[index % 4] ?? 0)))
  if (opcode === 8) return void socket.end(Buffer.from([0x88, 0x00]))
  const answer = Buffer.from(`echo ${text.toString()}`)
  socket.write(Buffer.concat([Buffer.from([0x81, answer.length]), answer]))
}

function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

async function until(isTrue: () => boolean, timeoutMs = 5000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('It did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
