/**
 * Callers of `bench/flow-calls.ts` in a process of their own: INVITE, ACK on its 200, then they listen until the BYE. They send no RTP.
 * Nothing is sent twice: what is lost has failed.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { RtpSink, type RtpTold } from './flow-rtp-sink.ts'

export type FlowOrder = {
  readonly to: string
  readonly number: string
  readonly prefix: string
  readonly perSecond: number
  readonly calls: number
  /** How long a call may take from its answer to the BYE. */
  readonly endedWithinMs: number
  /** RTP is looked at between these, counted from the first call; none: it is let go unseen. */
  readonly listens?: { readonly fromMs: number; readonly toMs: number }
}
export type FlowLoadTold = {
  readonly offered: number
  readonly answered: number
  /** Heard the BYE. */
  readonly ended: number
  readonly refused: number
  readonly answerMs: readonly number[]
  readonly lateMaxMs: number
  readonly cpuMs: number
  readonly rtp: RtpTold | undefined
}

const TICK_MS = 5
const GIVE_UP_MS = 5_000

const socket = createSocket('udp4')
const sink = new RtpSink()
socket.bind(0, '127.0.0.1')
const unheard = new Worker(join(import.meta.dirname, 'flow-unheard.ts'))
const [[unheardPort]] = (await Promise.all([once(unheard, 'message'), once(socket, 'listening'), sink.open()])) as unknown as [[number]]
socket.setRecvBufferSize(8 * 1024 * 1024)
process.on('message', async (order: FlowOrder) => void process.send?.(await load(order)))
process.send?.('ready')

const sdpTo = (port: number) =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${port} RTP/AVP 0 8 101`],
    ...['a=rtpmap:101 telephone-event/8000', ''],
  ].join('\r\n')

const headerOf = (text: string, name: string) => new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(text)?.[1] ?? ''

type Begun = { readonly at: number; isAnswered: boolean }

/** The dialogs of one order. */
class Calls {
  readonly answerMs: number[] = []
  readonly open = new Map<string, Begun>()
  offered = 0
  refused = 0
  ended = 0
  readonly #order: FlowOrder
  readonly #sdp: string

  constructor(order: FlowOrder) {
    this.#order = order
    this.#sdp = sdpTo(order.listens ? sink.port : unheardPort)
  }

  invite(): void {
    const id = `${this.#order.prefix}${this.offered++}`
    this.open.set(id, { at: performance.now(), isAnswered: false })
    this.#send(`${this.#head('INVITE', id, '')}Content-Type: application/sdp\r\nContent-Length: ${this.#sdp.length}\r\n\r\n${this.#sdp}`)
  }

  receive(text: string): void {
    if (text.startsWith('SIP/2.0 ')) this.#response(text, Number(text.slice(8, 11)))
    else if (text.startsWith('BYE ')) this.#bye(text)
  }

  #response(text: string, status: number): void {
    const id = headerOf(text, 'Call-ID')
    const call = this.open.get(id)
    if (status < 200 || !call) return
    const toTag = /;tag=[^\s;]+/.exec(headerOf(text, 'To'))?.[0] ?? ''
    this.#send(`${this.#head('ACK', id, toTag)}Content-Length: 0\r\n\r\n`)
    if (call.isAnswered) return
    if (status === 200) {
      call.isAnswered = true
      this.answerMs.push(performance.now() - call.at)
    } else {
      this.refused++
      this.open.delete(id)
    }
  }

  #bye(text: string): void {
    const via = [...text.matchAll(/\r\nVia: [^\r]*/gi)].map(([line]) => line).join('')
    const kept = ['From', 'To', 'Call-ID', 'CSeq'].map((name) => `\r\n${name}: ${headerOf(text, name)}`).join('')
    this.#send(`SIP/2.0 200 OK${via}${kept}\r\nContent-Length: 0\r\n\r\n`)
    if (this.open.delete(headerOf(text, 'Call-ID'))) this.ended++
  }

  #head(method: string, id: string, toTag: string): string {
    const { to, number } = this.#order
    const { port } = socket.address()
    return (
      `${method} sip:${number}@${to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${id}${method};rport\r\nMax-Forwards: 70\r\n` +
      `From: <sip:+15550100@127.0.0.1>;tag=${id}\r\nTo: <sip:${number}@${to}>${toTag}\r\nCall-ID: ${id}\r\nCSeq: 1 ${method}\r\n` +
      `Contact: <sip:load@127.0.0.1:${port}>\r\nUser-Agent: bench\r\n`
    )
  }

  #send(text: string): void {
    const [host = '', port = ''] = this.#order.to.split(':')
    socket.send(text, Number(port), host)
  }
}

async function load(order: FlowOrder): Promise<FlowLoadTold> {
  const calls = new Calls(order)
  const receive = (datagram: Buffer) => calls.receive(datagram.toString('latin1'))
  socket.on('message', receive)
  const cpu = process.cpuUsage()
  const begin = performance.now()
  const lateMaxMs = await offerAll(calls, order, begin)
  const end = performance.now() + order.endedWithinMs + GIVE_UP_MS
  while (calls.open.size > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  socket.off('message', receive)
  const { user, system } = process.cpuUsage(cpu)
  const { offered, answerMs, ended, refused } = calls
  return { offered, answered: answerMs.length, ended, refused, answerMs, lateMaxMs, cpuMs: (user + system) / 1_000, rtp: sink.tell() }
}

/** @returns how late this process was, at worst: what it saw then says nothing of the server */
function offerAll(calls: Calls, { perSecond, calls: wanted, listens }: FlowOrder, begin: number): Promise<number> {
  let [last, lateMaxMs] = [begin, 0]
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now()
      lateMaxMs = Math.max(lateMaxMs, now - last - TICK_MS)
      last = now
      const elapsedMs = now - begin
      while (calls.offered < Math.min(wanted, (elapsedMs / 1_000) * perSecond)) calls.invite()
      if (listens) sink.listens(elapsedMs >= listens.fromMs && elapsedMs < listens.toMs)
      if (calls.offered < wanted || elapsedMs < (listens?.toMs ?? 0)) return
      clearInterval(timer)
      sink.listens(false)
      resolve(lateMaxMs)
    }, TICK_MS)
  })
}
