import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from './scene.ts'

/** Timer T1 (RFC 3261 §17.1.1.1), doubled up to T2; after 64 T1 nothing is repeated any more. */
const T1_MS = 500
const T2_MS = 4000
const GIVE_UP_MS = 64 * T1_MS

/** A call of somebody who sends no media: he says what must be said until he is answered, and answers. */
export class LightCall {
  /** His number, by which the API knows the call. */
  readonly from: string
  /** The final status of its INVITE; 0 as long as there is none. */
  status = 0
  isOver = false
  readonly #callId: string
  readonly #number: string
  readonly #line: Line
  readonly #target: string
  readonly #repeating = new Map<string, NodeJS.Timeout>()
  #toTag = ''
  #cseq = 1

  /** @param target where the switch listens, host and port */
  constructor(line: Line, callId: string, number: string, target: string) {
    this.#line = line
    this.#callId = callId
    this.#number = number
    this.#target = target
    this.from = `+1${callId.replace(/\D/g, '')}`
    this.#repeat('INVITE', { type: 'application/sdp', body: line.sdp })
  }

  hangUp(): void {
    this.isOver = true
    this.#cseq++
    this.#repeat('BYE')
  }

  /** A digit by INFO. */
  press(digit: string): void {
    this.#cseq++
    this.#repeat('INFO', { type: 'application/dtmf-relay', body: `Signal=${digit}\r\nDuration=160\r\n` })
  }

  receive(text: string): void {
    if (!text.startsWith('SIP/2.0 ')) {
      this.#answer(text)
      return
    }
    const status = Number(text.slice(8, 11))
    const cseq = headerOf(text, 'CSeq')
    clearTimeout(this.#repeating.get(cseq))
    if (cseq === '1 INVITE' && status >= 200) this.#finish(text, status)
  }

  close(): void {
    for (const timer of this.#repeating.values()) clearTimeout(timer)
  }

  #finish(text: string, status: number): void {
    this.#toTag = /;tag=[^\s;]+/.exec(headerOf(text, 'To'))?.[0] ?? ''
    this.#send(this.#request('ACK', 1))
    if (this.status !== 0) return
    this.status = status
    this.isOver = status >= 300
  }

  #answer(text: string): void {
    const vias = [...text.matchAll(/\r\nVia: [^\r]*/gi)].map(([line]) => line).join('')
    const kept = ['From', 'To', 'Call-ID', 'CSeq'].map((name) => `\r\n${name}: ${headerOf(text, name)}`).join('')
    this.#send(`SIP/2.0 200 OK${vias}${kept}\r\nContent-Length: 0\r\n\r\n`)
    if (text.startsWith('BYE ')) this.isOver = true
  }

  #request(method: string, cseq: number, { type = '', body = '' } = {}): string {
    const { port } = this.#line
    return [
      `${method} sip:${this.#number}@${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${this.#callId}${cseq}${method};rport`,
      ...['Max-Forwards: 70', `From: <sip:${this.from}@127.0.0.1>;tag=${this.#callId}`],
      ...[`To: <sip:${this.#number}@${this.#target}>${this.#toTag}`, `Call-ID: ${this.#callId}`, `CSeq: ${cseq} ${method}`],
      ...[`Contact: <sip:${this.from}@127.0.0.1:${port}>`, ...(type ? [`Content-Type: ${type}`] : [])],
      ...[`Content-Length: ${body.length}`, '', body],
    ].join('\r\n')
  }

  #repeat(method: string, content: { type?: string; body?: string } = {}): void {
    const cseq = this.#cseq
    const text = this.#request(method, cseq, content)
    const since = performance.now()
    const again = (waitMs: number) => {
      this.#send(text)
      if (performance.now() - since > GIVE_UP_MS) return
      const timer = setTimeout(() => again(Math.min(2 * waitMs, T2_MS)), waitMs)
      this.#repeating.set(`${cseq} ${method}`, timer)
    }
    again(T1_MS)
  }

  #send(text: string): void {
    this.#line.send(text, this.#target)
  }
}

const headerOf = (text: string, name: string): string => new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(text)?.[1] ?? ''

type Line = { readonly port: number; readonly sdp: string; send(text: string, to: string): void }

/** Dozens of callers on one socket. */
export type Callers = { dial(number: string): LightCall; close(): void }

/** @param address where the switch listens, host and port */
export async function openCallers(address: () => string): Promise<Callers> {
  const [sip, rtp] = await Promise.all([bind(), bind()])
  const calls = new Map<string, LightCall>()
  const sdp = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${rtp.address().port} RTP/AVP 0 101`],
    ...['a=rtpmap:101 telephone-event/8000', ''],
  ].join('\r\n')
  const line: Line = {
    ...{ port: sip.address().port, sdp },
    send(text, to) {
      const [host = '', port = ''] = to.split(':')
      sip.send(text, Number(port), host)
    },
  }
  sip.on('message', (datagram) => {
    const text = datagram.toString('latin1')
    calls.get(headerOf(text, 'Call-ID'))?.receive(text)
  })
  const run = `${Date.now()}`
  return {
    dial(number) {
      const callId = `${run}-${String(calls.size).padStart(4, '0')}`
      const call = new LightCall(line, callId, number, address())
      calls.set(callId, call)
      return call
    },
    close() {
      for (const call of calls.values()) call.close()
      sip.close()
      rtp.close()
    },
  }
}

function bind(): Promise<Socket> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => resolve(socket))
  })
}

/** Dials again after a 503, as a caller may: on a busy machine the platform does not decide in time. @throws Error for any other refusal */
export async function dialUntilTaken(callers: Callers, number: string): Promise<LightCall> {
  for (let tries = 0; tries < TRIES; tries++) {
    const call = callers.dial(number)
    await until(() => call.status !== 0, 'a call to be answered')
    if (call.status < 300) return call
    if (call.status !== 503) throw new Error(`The call to ${number} was refused with ${call.status}`)
    await pause(RETRY_MS)
  }
  throw new Error(`The call to ${number} was refused with 503 ${TRIES} times`)
}

const TRIES = 16
const RETRY_MS = 1500

export const untilOver = (calls: readonly LightCall[]): Promise<void> =>
  until(() => calls.every(({ isOver }) => isOver), 'all callers to have hung up, or to be told')
