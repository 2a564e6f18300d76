/** Callers of `bench/calls.ts` in a process of their own: INVITE, and on its 200 ACK and BYE. Nothing is sent twice: what is lost has failed. */
import { createSocket } from 'node:dgram'

export type LoadOrder = {
  readonly to: string
  readonly prefix: string
  /** Calls that may wait for their answer at once; 0: as the rate says. */
  readonly window: number
  readonly perSecond: number
  readonly seconds: number
}
export type LoadResult = {
  readonly offered: number
  readonly answered: number
  readonly refused: number
  readonly lost: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** From INVITE to its refusal. */
  readonly refusedP99Ms: number
  /** Refusals that are no 503 with Retry-After. */
  readonly rude: number
}

const TICK_MS = 5
const GIVE_UP_MS = 3_000
const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n')

const socket = createSocket('udp4')
socket.bind(0, '127.0.0.1', () => {
  socket.setRecvBufferSize(8 * 1024 * 1024)
  process.send?.('ready')
})

process.on('message', async (order: LoadOrder) => {
  process.send?.(await load(order))
})

function load(order: LoadOrder): Promise<LoadResult> {
  const { to, prefix, window, perSecond, seconds } = order
  const [host = '', port = ''] = to.split(':')
  const local = socket.address().port
  const waiting = new Map<string, number>()
  const times: number[] = []
  const refusals: number[] = []
  let [offered, answered, rude, isOver] = [0, 0, 0, false]
  const send = (text: string) => socket.send(text, Number(port), host)
  const head = (method: string, id: string, { cseq, toTag }: { cseq: number; toTag: string }) =>
    `${method} sip:100@${to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${local};branch=z9hG4bK${id}${method}${cseq};rport\r\nMax-Forwards: 70\r\n` +
    `From: <sip:load@127.0.0.1>;tag=${id}\r\nTo: <sip:100@${to}>${toTag}\r\nCall-ID: ${id}\r\nCSeq: ${cseq} ${method}\r\n` +
    `Contact: <sip:load@127.0.0.1:${local}>\r\nUser-Agent: bench\r\n`
  const invite = () => {
    const id = `${prefix}${offered++}`
    waiting.set(id, performance.now())
    send(`${head('INVITE', id, { cseq: 1, toTag: '' })}Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`)
  }
  const fill = () => {
    while (!isOver && waiting.size < window) invite()
  }
  const receive = (datagram: Buffer) => {
    const text = datagram.toString('latin1')
    const status = Number(text.slice(8, 11))
    const id = /\r\nCall-ID: (.+)\r\n/.exec(text)?.[1] ?? ''
    const begun = waiting.get(id)
    if (status < 200 || begun === undefined || !/\r\nCSeq: 1 INVITE/.test(text)) return
    waiting.delete(id)
    const toTag = /\r\nTo: [^\r]*(;tag=[^\r;]+)/.exec(text)?.[1] ?? ''
    send(`${head('ACK', id, { cseq: 1, toTag })}Content-Length: 0\r\n\r\n`)
    if (status === 200) {
      answered++
      times.push(performance.now() - begun)
      send(`${head('BYE', id, { cseq: 2, toTag })}Content-Length: 0\r\n\r\n`)
    } else {
      refusals.push(performance.now() - begun)
      if (status !== 503 || !/\r\nRetry-After: \d+\r\n/.test(text)) rude++
    }
    if (window > 0) fill()
  }
  socket.on('message', receive)
  const begin = performance.now()
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - begin
      if (elapsed >= seconds * 1_000) {
        isOver = true
        clearInterval(timer)
        setTimeout(finish, GIVE_UP_MS)
      } else if (window > 0) fill()
      else while (offered < (elapsed / 1_000) * perSecond) invite()
    }, TICK_MS)
    const finish = () => {
      socket.off('message', receive)
      const [p50Ms, p99Ms, refusedP99Ms] = [quantile(times, 0.5), quantile(times, 0.99), quantile(refusals, 0.99)]
      resolve({ offered, answered, refused: refusals.length, lost: waiting.size, seconds, p50Ms, p99Ms, refusedP99Ms, rude })
    }
  })
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10
}
