import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createRequest,
  createResponse,
  type Flow,
  HeaderList,
  type ListenerOptions,
  parseUri,
  type SipMessage,
  type SipRequest,
  SipTransport,
  type Target,
  TransactionLayer,
  type TransportOptions,
} from '../src/index.ts'

const scheduler = {
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

const udp: ListenerOptions = { name: 'udp', protocol: 'UDP', host: '127.0.0.1', port: 0 }
const tcp: ListenerOptions = { name: 'tcp', protocol: 'TCP', host: '127.0.0.1', port: 0 }

const patient = { connectMs: 1_000, idleMs: 60_000, messageMs: 60_000, answerMs: 60_000 }

const cleanUps: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A user agent that answers every request 200 and remembers what it heard. */
async function agent(listeners: readonly ListenerOptions[] = [udp, tcp], options: Partial<TransportOptions> = {}) {
  const heard: string[] = []
  const flows: Flow[] = []
  const waiting: Array<() => void> = []
  const note = (what: string) => {
    heard.push(what)
    for (const wake of waiting.splice(0)) wake()
  }
  const transport = await SipTransport.open({
    ...{ listeners, scheduler, newTag: () => 'tag' },
    user: {
      receive(message, flow) {
        flows.push(flow)
        layer.receive(message, flow)
      },
      receiveMalformed: ({ reason }) => note(reason),
      flowClosed: () => note('closed'),
    },
    ...options,
  })
  const layer: TransactionLayer = new TransactionLayer({
    ...{ transport, scheduler },
    user: {
      onRequest(request, transaction) {
        note(`${request.method} over ${transaction.flow.protocol}`)
        transaction.respond(createResponse(request, 200, { toTag: 't' }))
      },
      onAck: () => note('ACK'),
      onStraySuccess: () => note('stray'),
    },
  })
  cleanUps.push(async () => {
    layer.close()
    await transport.close()
  })
  const target = (name: 'udp' | 'tcp', more: Partial<Target> = {}): Target => {
    const bound = transport.bound.get(name) ?? expect.fail(name)
    return { protocol: name === 'udp' ? 'UDP' : 'TCP', ...bound, ...more }
  }
  /** Waits until something was heard so many times. */
  const hears = async (what: string, times = 1) => {
    const deadline = performance.now() + 10_000
    while (heard.filter((each) => each === what).length < times) {
      if (performance.now() > deadline) expect.fail(`waited for ${times} × ${what}, heard ${heard}`)
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), sleep(50)])
    }
  }
  return { transport, layer, heard, flows, target, hears }
}

function options(callId: string, padding = 0): SipRequest {
  const headers = new HeaderList()
    .append('From', '<sip:a@a>;tag=f')
    .append('To', '<sip:b@b>')
    .append('Call-ID', callId)
    .append('CSeq', '1 OPTIONS')
  if (padding) headers.append('X-Padding', 'x'.repeat(padding))
  return createRequest('OPTIONS', parseUri('sip:b@b') ?? expect.fail(), headers)
}

const ask = (from: { layer: TransactionLayer }, target: Target, request = options('1')): Promise<SipMessage | string> =>
  new Promise((resolve) => {
    const sent = from.layer.request(request, target, { onResponse: resolve, onEnd: resolve })
    if (!sent) resolve('unroutable')
  })
const statusOf = async (answer: Promise<SipMessage | string>) => {
  const message = await answer
  return typeof message === 'string' ? message : message.kind === 'response' && message.status
}

describe('SipTransport', () => {
  it.each(['udp', 'tcp'] as const)('carries a request and its answer over %s', async (name) => {
    const [caller, callee] = [await agent(), await agent()]
    const answer = await ask(caller, callee.target(name))
    const port = caller.transport.bound.get(name)?.port
    expect(answer).toMatchObject({ kind: 'response', status: 200 })
    if (typeof answer === 'string') return
    expect(answer.headers.raw('Via')).toMatch(
      new RegExp(`^SIP/2.0/${name.toUpperCase()} 127.0.0.1:${port};branch=z9hG4bK[0-9a-f]+;rport=\\d+;received=127.0.0.1$`),
    )
  })

  it('uses one connection again, and makes a new one when it is gone', async () => {
    const [caller, callee] = [await agent(), await agent()]
    for (const callId of ['1', '2', '3']) expect(await statusOf(ask(caller, callee.target('tcp'), options(callId)))).toBe(200)
    expect(new Set(callee.flows.map(({ connection }) => connection)).size).toBe(1)
    const back = { ...callee.target('tcp'), flow: callee.flows[0] ?? expect.fail() }
    expect(await statusOf(ask(callee, back, options('4')))).toBe(200)
    expect(caller.heard).toEqual(['OPTIONS over TCP'])
  })

  it('moves a request that is too large for UDP to TCP, unless told to stay', async () => {
    const port = 30_000 + (process.pid % 2_000) // which the kernel gives to nobody else
    const callee = await agent([
      { ...udp, port },
      { ...tcp, port },
    ])
    const caller = await agent()
    expect(await statusOf(ask(caller, callee.target('udp'), options('1', 1_300)))).toBe(200)
    expect(await statusOf(ask(caller, callee.target('udp', { keepProtocol: true }), options('2', 1_300)))).toBe(200)
    expect(await statusOf(ask(caller, callee.target('udp'), options('3', 800)))).toBe(200)
    expect(callee.heard).toEqual(['OPTIONS over TCP', 'OPTIONS over UDP', 'OPTIONS over UDP'])
  })

  it('tells who sent when nobody listens, and goes on', async () => {
    const caller = await agent()
    const gone = await agent()
    const target = gone.target('tcp')
    await gone.transport.close()
    expect(await statusOf(ask(caller, target))).toBe('transportFailed')
    expect(caller.transport.counts.sendErrors).toBe(1)
    const callee = await agent()
    expect(await statusOf(ask(caller, callee.target('tcp')))).toBe(200)
  })

  it('has no way from loopback to elsewhere, nor to a family that it lacks', async () => {
    const caller = await agent()
    expect(await statusOf(ask(caller, { protocol: 'UDP', host: '192.0.2.1', port: 5060 }))).toBe('unroutable')
    expect(await statusOf(ask(caller, { protocol: 'UDP', host: '::1', port: 5060 }))).toBe('unroutable')
    expect(caller.transport.contactAddress(caller.target('udp'))).toEqual(caller.transport.bound.get('udp'))
  })

  it('counts a send that the kernel refuses, and fails its transaction', async () => {
    const caller = await agent()
    expect(await statusOf(ask(caller, { protocol: 'UDP', host: '192.0.2.1', port: 5060, listener: 'udp' }))).toBe('transportFailed')
    expect(caller.transport.counts.sendErrors).toBe(1)
  })

  it('says the address that it is told to say', async () => {
    const caller = await agent([{ ...udp, advertised: { host: '203.0.113.5', port: 5999 } }])
    const callee = await agent()
    const answer = await ask(caller, callee.target('udp'))
    expect(typeof answer !== 'string' && answer.headers.raw('Via')).toMatch(
      /^SIP\/2.0\/UDP 203.0.113.5:5999;branch=\S+;received=127.0.0.1$/,
    )
  })

  it('chooses a listener by name among several', async () => {
    const caller = await agent([udp, { ...udp, name: 'other' }])
    const callee = await agent()
    await ask(caller, callee.target('udp', { listener: 'other' }))
    expect(callee.flows[0]?.remote.port).toBe(caller.transport.bound.get('other')?.port)
  })

  it('opens all listeners or none', async () => {
    const holder = await agent([udp])
    const port = holder.transport.bound.get('udp')?.port ?? 0
    await expect(agent([tcp, { ...udp, port }])).rejects.toThrow('EADDRINUSE')
  })
})

describe('what a peer sends', () => {
  const text = (via: string, more = '') =>
    `OPTIONS sip:b SIP/2.0\r\nVia: ${via}\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: ${more || 1}\r\nCSeq: 1 OPTIONS\r\n${more}`

  async function peer(target: Target) {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    cleanUps.push(() => socket.close())
    const send = (octets: string) => socket.send(octets, target.port, target.host)
    const next = async () => String((await once(socket, 'message'))[0])
    return { send, next, port: socket.address().port }
  }

  async function stream(target: Target) {
    const socket: Socket = connect(target.port, target.host)
    await once(socket, 'connect')
    cleanUps.push(() => socket.destroy())
    return { socket, next: async () => String((await once(socket, 'data'))[0]) }
  }

  it('is answered at its source when it asks with rport, at sent-by when not', async () => {
    const callee = await agent()
    const { send, next, port } = await peer(callee.target('udp'))
    send(`${text('SIP/2.0/UDP 10.0.0.1:9;rport;branch=z9hG4bK1')}\r\n`)
    expect(await next()).toContain(`Via: SIP/2.0/UDP 10.0.0.1:9;rport=${port};branch=z9hG4bK1;received=127.0.0.1`)
    send(`${text(`SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK2`, 'X: y\r\n').replace('Call-ID: X: y\r\n', 'Call-ID: 2')}\r\n`)
    expect(await next()).toContain('SIP/2.0 200 OK')
  })

  it('malformed over UDP is answered 400; rubbish and keep-alives are not', async () => {
    const callee = await agent()
    const { send, next } = await peer(callee.target('udp'))
    for (const rubbish of ['\r\n\r\n', '\0\0\0\0', 'GET / HTTP/1.1\r\n\r\n', 'SIP/2.0 999 x\r\n\r\n']) send(rubbish)
    send(`${text('SIP/2.0/UDP h;branch=z9hG4bK1').replace('CSeq: 1', 'CSeq: x')}\r\n`)
    expect(await next()).toContain('SIP/2.0 400 Bad Request (bad CSeq)')
    expect(callee.transport.counts).toMatchObject({ keepAlives: 1, malformed: 4, malformedAnswered: 1 })
  })

  it('over TCP: pings are answered, messages come in pieces, a broken stream is answered and closed', async () => {
    const callee = await agent()
    const { socket, next } = await stream(callee.target('tcp'))
    socket.write('\r\n\r\n')
    expect(await next()).toBe('\r\n')
    const whole = `${text('SIP/2.0/TCP h;branch=z9hG4bK1')}Content-Length: 0\r\n\r\n`
    socket.write(whole.slice(0, 50))
    await sleep(20)
    socket.write(whole.slice(50))
    expect(await next()).toContain('SIP/2.0 200 OK')
    socket.write(`${text('SIP/2.0/TCP h;branch=z9hG4bK2')}\r\n`)
    expect(await next()).toContain('400 Bad Request (Content-Length missing on a stream)')
    await once(socket, 'end')
    await callee.hears('closed')
    expect(callee.transport.counts.connectionsBroken).toBe(1)
  })

  it.each([
    ['half a message', { ...patient, messageMs: 60 }, 'OPTIONS sip:'],
    ['silence', { ...patient, idleMs: 60 }, ''],
  ])('%s does not hold a connection', async (_what, tcpTiming, octets) => {
    const callee = await agent([tcp], { tcpTiming })
    const { socket } = await stream(callee.target('tcp'))
    if (octets) socket.write(octets)
    await once(socket.resume(), 'end')
    await callee.hears('closed')
  })

  it.each([
    ['is closed where nothing comes', 'never', true],
    ['stays where anything comes', 'once', false],
  ])('after a request a connection %s', async (_what, answers, isClosed) => {
    const server = createServer((socket) => {
      cleanUps.push(() => socket.destroy())
      socket.on('data', () => (answers === 'once' ? socket.write('\r\n') : undefined))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    cleanUps.push(() => server.close())
    const caller = await agent([tcp], { tcpTiming: { ...patient, answerMs: 60 } })
    const target: Target = { protocol: 'TCP', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    void ask(caller, target)
    if (isClosed) await caller.hears('closed')
    await sleep(150)
    expect(caller.heard).toEqual(isClosed ? ['closed'] : [])
  })

  it('a connection is not expected to answer an ACK', async () => {
    const callee = await agent([tcp])
    const caller = await agent([tcp], { tcpTiming: { ...patient, answerMs: 60 } })
    const ack = options('1')
    caller.layer.sendAck({ ...ack, method: 'ACK', headers: ack.headers.setRaw('CSeq', '1 ACK') }, callee.target('tcp'))
    await callee.hears('ACK')
    await sleep(150)
    expect(caller.heard).toEqual([])
  })

  it('connections beyond the bound are refused', async () => {
    const callee = await agent([tcp], { maxConnectionsPerListener: 1 })
    await stream(callee.target('tcp'))
    const { socket } = await stream(callee.target('tcp'))
    socket.on('error', () => {})
    await once(socket, 'close')
    expect(callee.transport.counts.connectionsRefused).toBe(1)
  })

  it('keep-alives go out along the flow', async () => {
    const callee = await agent()
    const { send, next } = await peer(callee.target('udp'))
    send(`${text('SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1')}\r\n`)
    await next()
    callee.transport.sendKeepAlive(callee.flows[0] ?? expect.fail())
    expect(await next()).toBe('\r\n\r\n')
  })

  it('keep-alives towards a server go along the connection that we have, and fail when it is gone', async () => {
    const [caller, callee] = [await agent(), await agent()]
    const ping = (name: 'udp' | 'tcp') =>
      new Promise((resolve) => caller.transport.sendKeepAliveTo(callee.target(name), () => resolve('failed')))
    expect(await ping('tcp')).toBe('failed')
    expect(await statusOf(ask(caller, callee.target('tcp')))).toBe(200)
    void ping('tcp')
    void ping('udp')
    await expect.poll(() => callee.transport.counts.keepAlives).toBe(2)
    await callee.transport.close()
    await expect.poll(() => Promise.race([ping('tcp'), sleep(50)])).toBe('failed')
  })
})
