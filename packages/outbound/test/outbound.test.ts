import type { RequestListener } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createOutbound, OutboundFailed, type OutboundOptions, OutboundRefused } from '../src/index.ts'
import { createManualTimers, type Receiver, startReceiver } from './receiver.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(answer: RequestListener): Promise<Receiver> {
  const started = await startReceiver(answer)
  closing.push(started.close)
  return started
}

/** Lets the loopback pass, so that receivers can be reached at all. */
function outbound(options: OutboundOptions = {}) {
  const opened = createOutbound({ allow: '127.0.0.0/8', ...options })
  closing.push(opened.close)
  return opened
}

/** A TCP server that takes connections and does with them what the test wants. */
async function tcpServer(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

describe('outbound', () => {
  test('sends method, headers and body, and gives back status, headers and body', async () => {
    const { port, received } = await receiver((_, response) => response.writeHead(201, { 'X-Seen': 'yes' }).end('thanks'))
    const headers = { 'Content-Type': 'application/json', 'X-Own': '1' }
    for (const method of ['POST', 'PUT', 'DELETE', 'GET']) {
      const answer = await outbound().request({ url: `http://127.0.0.1:${port}/hook?a=1`, method, headers, body: '{"ä":1}' })
      expect(answer).toMatchObject({ status: 201, isComplete: true, redirects: 0, headers: { 'x-seen': 'yes' } })
      expect(answer.body.toString()).toBe('thanks')
      expect(received.at(-1)).toMatchObject({ method, url: '/hook?a=1', body: '{"ä":1}' })
      expect(received.at(-1)?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '8', 'x-own': '1' })
    }
  })

  test('sends a body as it is read, with its length, anew after a redirect', async () => {
    const { port, received } = await receiver((request, response) =>
      request.url === '/moved' ? response.end('ok') : response.writeHead(307, { location: '/moved' }).end(),
    )
    let opened = 0
    const body = { octets: 6, open: () => Readable.from([Buffer.from('abc'), Buffer.from(`de${++opened}`)]) }
    expect(await outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'PUT', body })).toMatchObject({ status: 200, redirects: 1 })
    expect(received.map((each) => [each.url, each.body, each.headers['content-length']])).toEqual([
      ['/', 'abcde1', '6'],
      ['/moved', 'abcde2', '6'],
    ])
  })

  test('a body that cannot be read to its end fails the request', async () => {
    const { port, received } = await receiver((_, response) => response.end('ok'))
    const broken = new Readable({
      read() {
        this.push('half')
        this.destroy(new Error('the disk is gone'))
      },
    })
    const sending = outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'PUT', body: { octets: 10, open: () => broken } })
    await expect(sending).rejects.toBeInstanceOf(OutboundFailed)
    expect(received).toEqual([])
  })

  test('an answer is waited for from the end of a streamed body, however long that took', async () => {
    const timers = createManualTimers()
    const gate = Promise.withResolvers<void>()
    const { port } = await receiver((_, response) => response.end('ok'))
    const slow = async function* () {
      yield Buffer.from('a')
      await gate.promise
      yield Buffer.from('b')
    }
    const body = { octets: 2, open: () => Readable.from(slow()) }
    const limits = { dialMs: 1, headersMs: 2, totalMs: 3 }
    const sending = outbound({ after: timers.after, limits }).request({ url: `http://127.0.0.1:${port}/`, method: 'PUT', body })
    await expect.poll(timers.waiting).toEqual([3])
    gate.resolve()
    expect((await sending).status).toBe(200)
    expect(timers.waiting()).toEqual([])
  })

  test('uses a connection again, and asks the resolver once a connection', async () => {
    const ports = new Set<number | undefined>()
    const { port } = await receiver((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    const lookUp = vi.fn(async () => ['127.0.0.1'])
    const http = outbound({ lookUp })
    for (let n = 0; n < 3; n++) await http.request({ url: `http://receiver.test:${port}/`, method: 'POST', body: 'x' })
    expect(ports.size).toBe(1)
    expect(lookUp).toHaveBeenCalledTimes(1)
  })

  test('without an allow-list the loopback is out of reach by address and by name', async () => {
    const { port, received } = await receiver((_, response) => response.end())
    const closed = outbound({ allow: '', lookUp: async () => ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1'] })
    for (const host of ['127.0.0.1', 'rebound.test']) {
      await expect(closed.request({ url: `http://${host}:${port}/`, method: 'POST' })).rejects.toMatchObject({ rule: 'ADDRESS_REFUSED' })
    }
    expect(received).toEqual([])
  })

  test('dials an admitted address of the one answer that was judged, never another', async () => {
    const { port, received } = await receiver((_, response) => response.end())
    const answers = [['10.9.9.9', '127.0.0.1'], ['10.9.9.9']]
    const lookUp = vi.fn(async () => answers.shift() ?? [])
    const http = outbound({ lookUp })
    await http.request({ url: `http://rebinding.test:${port}/`, method: 'POST', headers: { Connection: 'close' } })
    await expect(http.request({ url: `http://rebinding.test:${port}/`, method: 'POST' })).rejects.toMatchObject({ rule: 'ADDRESS_REFUSED' })
    expect(received).toHaveLength(1)
    expect(lookUp).toHaveBeenCalledTimes(2)
  })

  test('a listed name is resolved as the machine does', async () => {
    const { port, received } = await receiver((_, response) => response.end())
    const lookUp = vi.fn(async () => [])
    const http = outbound({ allow: `localhost:${port}`, lookUp })
    await http.request({ url: `http://localhost:${port}/`, method: 'POST' })
    expect(received).toHaveLength(1)
    expect(lookUp).not.toHaveBeenCalled()
  })

  test('follows redirects with method and body, 303 with a GET, each guarded, three at most', async () => {
    const { port, received } = await receiver((request, response) => {
      const [, status = '200', left = '0'] = (request.url ?? '').split('/')
      if (Number(left) === 0) return response.end('there')
      return response.writeHead(Number(status), { Location: `/${status}/${Number(left) - 1}` }).end()
    })
    const post = (path: string) =>
      outbound().request({ url: `http://127.0.0.1:${port}${path}`, method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } })
    for (const status of [301, 302, 307, 308]) {
      expect(await post(`/${status}/3`)).toMatchObject({ status: 200, redirects: 3, url: `http://127.0.0.1:${port}/${status}/0` })
      expect(received.at(-1)).toMatchObject({ method: 'POST', body: 'x' })
    }
    await post('/303/1')
    expect(received.at(-1)).toMatchObject({ method: 'GET', body: '' })
    expect(received.at(-1)?.headers).not.toHaveProperty('content-type')
    await expect(post('/307/4')).rejects.toMatchObject({ rule: 'TOO_MANY_REDIRECTS' })
  })

  test.each([
    ['http://10.0.0.1/', 'ADDRESS_REFUSED'],
    ['http://169.254.169.254/latest', 'ADDRESS_REFUSED'],
    ['http://[::1]/', 'ADDRESS_REFUSED'],
    ['http://inside.test/', 'ADDRESS_REFUSED'],
    ['file:///etc/passwd', 'SCHEME_REFUSED'],
    ['http://a:b@example.com/', 'CREDENTIALS_REFUSED'],
  ])('a redirect to %s is refused', async (location, rule) => {
    const { port } = await receiver((_, response) => response.writeHead(302, { Location: location }).end())
    const http = outbound({ lookUp: async () => ['192.168.1.1'] })
    await expect(http.request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })).rejects.toMatchObject({ rule })
  })

  test('what is meant for one origin is not told to another', async () => {
    const other = await receiver((_, response) => response.end())
    const first = await receiver((_, response) => response.writeHead(307, { Location: `http://127.0.0.1:${other.port}/` }).end())
    const headers = { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Signature': 's' }
    await outbound().request({ url: `http://127.0.0.1:${first.port}/`, method: 'POST', headers })
    expect(first.received[0]?.headers).toMatchObject({ authorization: 'Bearer x' })
    expect(other.received[0]?.headers).not.toHaveProperty('authorization')
    expect(other.received[0]?.headers).not.toHaveProperty('cookie')
    expect(other.received[0]?.headers).toMatchObject({ 'x-signature': 's' })
  })

  test('a redirect that names no place is an answer', async () => {
    const { port } = await receiver((_, response) => response.writeHead(302).end())
    expect(await outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })).toMatchObject({ status: 302 })
  })

  test('reads 64 KB of a body and drops the connection', async () => {
    let isDropped = false
    const { port } = await receiver((_, response) => {
      response.on('close', () => {
        isDropped = !response.writableFinished
      })
      response.write(Buffer.alloc(1024 * 1024, 'x'))
    })
    const answer = await outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
    expect(answer.status).toBe(200)
    expect(answer.body).toHaveLength(64 * 1024)
    expect(answer.isComplete).toBe(false)
    await expect.poll(() => isDropped).toBe(true)
  })

  test('an answer that breaks off is an answer that is not complete', async () => {
    const port = await tcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
    })
    const answer = await outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
    expect(answer).toMatchObject({ status: 200, isComplete: false })
    expect(answer.body.toString()).toBe('half')
  })

  test.each([
    ['closes before it answers', (socket: net.Socket) => socket.end(), 'ECONNRESET'],
    ['resets', (socket: net.Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
    ['speaks no HTTP', (socket: net.Socket) => socket.end('220 mail ready\r\n'), 'HPE_INVALID_CONSTANT'],
    [
      'sends headers without end',
      (socket: net.Socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X-Long: abcdefgh\r\n'.repeat(2000)}`),
      'HPE_HEADER_OVERFLOW',
    ],
    [
      'changes the protocol',
      (socket: net.Socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      'ECONNRESET',
    ],
  ])('a receiver that %s gives no answer', async (_, behave, code) => {
    const port = await tcpServer((socket) => socket.once('data', () => void behave(socket)))
    const failure: unknown = await outbound()
      .request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(OutboundFailed)
    expect(failure).toMatchObject({ phase: 'headers', code })
  })

  test('a closed port and an unknown name say so', async () => {
    const { port, close } = await startReceiver(() => undefined)
    await close()
    await expect(outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })).rejects.toMatchObject({
      phase: 'dial',
      code: 'ECONNREFUSED',
    })
    const lookUp = async () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' }))
    await expect(outbound({ lookUp }).request({ url: 'http://unknown.test/', method: 'POST' })).rejects.toMatchObject({
      phase: 'resolve',
      code: 'ENOTFOUND',
    })
    await expect(outbound({ lookUp: async () => [] }).request({ url: 'http://empty.test/', method: 'POST' })).rejects.toMatchObject({
      phase: 'resolve',
      code: 'ENODATA',
    })
  })

  test('stops waiting for DNS and for a TLS handshake after the time to dial', async () => {
    const timers = createManualTimers()
    const port = await tcpServer(() => undefined)
    const slowDns = outbound({ after: timers.after, lookUp: () => new Promise(() => undefined) })
    const slow = [
      slowDns.request({ url: 'http://slow.test/', method: 'POST' }),
      outbound({ after: timers.after }).request({ url: `https://127.0.0.1:${port}/`, method: 'POST' }),
    ]
    const settled = Promise.allSettled(slow)
    await expect.poll(() => timers.waiting()).toEqual([10_000, 10_000, 30_000, 30_000])
    timers.expire(10_000)
    expect(await settled).toEqual(
      [1, 2].map(() => ({ status: 'rejected', reason: expect.objectContaining({ phase: 'dial', code: 'TIMEOUT' }) })),
    )
    expect(timers.waiting()).toEqual([])
  })

  test('stops waiting for an answer after the time for headers, and closes', async () => {
    const timers = createManualTimers()
    let isClosed = false
    const { port } = await receiver((request) =>
      request.socket.on('close', () => {
        isClosed = true
      }),
    )
    const waiting = outbound({ after: timers.after }).request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
    const settled = Promise.allSettled([waiting])
    await expect.poll(() => timers.waiting()).toEqual([15_000, 30_000])
    timers.expire(15_000)
    expect(await settled).toEqual([{ status: 'rejected', reason: expect.objectContaining({ phase: 'headers', code: 'TIMEOUT' }) }])
    await expect.poll(() => isClosed).toBe(true)
  })

  test('a body that does not end is cut off after the time for all', async () => {
    const timers = createManualTimers()
    const { port } = await receiver((_, response) => response.write('half'))
    const waiting = outbound({ after: timers.after }).request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })
    await expect.poll(() => timers.waiting()).toEqual([30_000])
    timers.expire(30_000)
    expect(await waiting).toMatchObject({ status: 200, isComplete: false })
  })

  test('redirects share the time for all', async () => {
    const timers = createManualTimers()
    const { port, received } = await receiver((request, response) => {
      if (request.url === '/') response.writeHead(307, { Location: '/slow' }).end()
    })
    const settled = Promise.allSettled([outbound({ after: timers.after }).request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })])
    await expect.poll(() => received).toHaveLength(2)
    timers.expire(30_000)
    expect(await settled).toEqual([{ status: 'rejected', reason: expect.objectContaining({ phase: 'headers', code: 'TIMEOUT' }) }])
  })

  test('the caller may stop it', async () => {
    const stopping = new AbortController()
    const { port, received } = await receiver(() => undefined)
    const settled = Promise.allSettled([outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST', signal: stopping.signal })])
    await expect.poll(() => received).toHaveLength(1)
    stopping.abort()
    expect(await settled).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'ABORTED' }) }])
    await expect(outbound().request({ url: `http://127.0.0.1:${port}/`, method: 'POST', signal: stopping.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  test('asks its owner before anything is sent', async () => {
    const { port, received } = await receiver((_, response) => response.end())
    const check = () => {
      throw new TypeError('not now')
    }
    await expect(outbound({ check }).request({ url: `http://127.0.0.1:${port}/`, method: 'POST' })).rejects.toThrow('not now')
    expect(received).toEqual([])
  })

  test('refuses what HTTP cannot carry, and leaves nothing waiting', async () => {
    const timers = createManualTimers()
    const http = outbound({ after: timers.after })
    for (const bad of [
      { method: 'PO ST' },
      { method: 'POST', headers: { 'X-Own': 'a\nb' } },
      { method: 'POST', headers: { 'X Own': 'a' } },
    ]) {
      await expect(http.request({ url: 'http://127.0.0.1:1/', ...bad })).rejects.toMatchObject({ rule: 'MESSAGE_INVALID' })
    }
    expect(timers.waiting()).toEqual([])
  })

  test('judges a URL without sending anything, and never names an address', async () => {
    expect(() => outbound().check('https://example.com/')).not.toThrow()
    const refusal = await outbound({ lookUp: async () => ['10.1.2.3'] })
      .request({ url: 'http://db.internal/', method: 'GET' })
      .catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(OutboundRefused)
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('10.1.2.3')
    expect(() => createOutbound({ allow: 'nonsense' })).toThrow(SyntaxError)
  })
})
