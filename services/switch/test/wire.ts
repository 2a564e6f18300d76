import {
  type Flow,
  formatUri,
  HeaderList,
  parseDatagram,
  parseUri,
  type ReplyPath,
  type Route,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  serialise,
  type Target,
  type TransportOptions,
} from '@voipbin/sip'
import type { Transport } from '../src/sip/sip-parts.ts'

const ours = { host: '192.0.2.1', port: 5060 }

export type Sent = { readonly message: SipMessage; readonly to: string }

/** A network that only remembers what the switch sends, and brings it what a test writes. */
export class Wire implements Transport {
  readonly sent: Sent[] = []
  readonly counts = {
    ...{ received: 0, sent: 0, overflowed: 0, keepAlives: 0, malformed: 0, malformedAnswered: 0, sendErrors: 0, socketErrors: 0 },
    ...{ connectionsRefused: 0, connectionsBroken: 0 },
  }
  readonly bound = new Map([['udp0', ours]])
  /** Hosts that cannot be sent to. */
  readonly dead = new Set<string>()
  #options: TransportOptions | undefined

  readonly open = async (options: TransportOptions): Promise<Wire> => {
    this.#options = options
    return this
  }

  route(target: Target): Route {
    return { target, sentBy: ours }
  }

  sendRequest(octets: Buffer, target: Target, failed: () => void): void {
    this.#keep(octets, `${target.protocol} ${target.host}:${target.port}`)
    if (this.dead.has(target.host)) queueMicrotask(failed)
  }

  sendResponse(octets: Buffer, { flow, port }: ReplyPath): void {
    this.#keep(octets, `${flow.protocol} ${flow.remote.host}:${port}`)
  }

  sendKeepAlive(): void {}
  sendKeepAliveTo(): void {}
  contactAddress(): typeof ours {
    return ours
  }
  async close(): Promise<void> {}

  /** What a peer sends, from there. */
  receive(message: SipMessage, from = { host: '192.0.2.9', port: 5060 }): void {
    const parsed = parseDatagram(serialise(message))
    if (parsed.kind !== 'request' && parsed.kind !== 'response') throw new Error(`The test wrote no message: ${JSON.stringify(parsed)}`)
    const flow: Flow = { protocol: 'UDP', listener: 'udp0', connection: 0, local: ours, remote: from }
    this.#options?.user.receive(parsed, flow)
  }

  /** Requests of a method that the switch has sent. */
  requests(method: string): readonly SipRequest[] {
    return this.sent.flatMap(({ message }) => (message.kind === 'request' && message.method === method ? [message] : []))
  }

  /** Final and provisional responses to a method, by status. */
  statuses(method: string): readonly number[] {
    return this.responses(method).map(({ status }) => status)
  }

  responses(method: string): readonly SipResponse[] {
    const isOf = (message: SipMessage) => message.headers.raw('CSeq')?.endsWith(` ${method}`) ?? false
    return this.sent.flatMap(({ message }) => (message.kind === 'response' && isOf(message) ? [message] : []))
  }

  #keep(octets: Buffer, to: string): void {
    const message = parseDatagram(octets)
    if (message.kind !== 'request' && message.kind !== 'response') throw new Error('The switch sent no message')
    this.sent.push({ message, to })
  }
}

let count = 0

/** A description of one audio stream. */
export const sdp = (attributes = 'a=sendrecv', { host = '192.0.2.9', port = 4000, formats = '0 8 101' } = {}): string =>
  [
    ...['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP ${formats}`],
    ...['a=rtpmap:101 telephone-event/8000', attributes, ''],
  ].join('\r\n')

type RequestWish = { readonly headers?: Readonly<Record<string, string>>; readonly body?: string; readonly contentType?: string }

/** A user agent that a test plays by hand: it writes messages rightly numbered, and does nothing by itself. */
export class Peer {
  readonly tag = `p${++count}`
  callId = `call-${count}`
  readonly #wire: Wire
  #sequence = 0
  #invite: SipRequest | undefined
  #remoteTag = ''
  contact = '<sip:peer@192.0.2.9:5060>'
  from = { host: '192.0.2.9', port: 5060 }

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** Calls the switch. */
  invite({ headers = {}, body = sdp() }: RequestWish = {}): SipRequest {
    const type = body === '' ? {} : { 'Content-Type': 'application/sdp' }
    this.#invite = this.request('INVITE', { headers: { ...type, ...headers }, body })
    return this.#invite
  }

  /** Any request: in the dialog once the switch has given it a tag. */
  request(method: string, { headers = {}, body = '', contentType }: RequestWish = {}): SipRequest {
    this.#learn()
    const request = this.#build(method, ++this.#sequence, `z9hG4bK${this.callId}${this.#sequence}`)
    for (const [name, value] of Object.entries(headers)) request.headers.append(name, value)
    if (contentType !== undefined) request.headers.append('Content-Type', contentType)
    const whole = { ...request, body: Buffer.from(body) }
    this.#wire.receive(whole, this.from)
    this.#learn()
    return whole
  }

  cancel(headers: Readonly<Record<string, string>> = {}): void {
    const invite = this.#invite
    if (!invite) throw new Error('There is no INVITE to cancel')
    const cancel = { ...invite, method: 'CANCEL', headers: new HeaderList(), body: Buffer.alloc(0) }
    for (const name of ['Via', 'From', 'To', 'Call-ID']) cancel.headers.append(name, invite.headers.raw(name) ?? '')
    cancel.headers.append('CSeq', (invite.headers.raw('CSeq') ?? '').replace('INVITE', 'CANCEL'))
    for (const [name, value] of Object.entries(headers)) cancel.headers.append(name, value)
    this.#wire.receive(cancel, this.from)
  }

  /** The ACK of the last 2xx. */
  ack(body = '', sequence = this.#sequence, branch = `z9hG4bK${this.callId}ack${sequence}`): void {
    this.#learn()
    const ack = this.#build('ACK', sequence, branch)
    if (body !== '') ack.headers.append('Content-Type', 'application/sdp')
    this.#wire.receive({ ...ack, body: Buffer.from(body) }, this.from)
  }

  /** A request with an old number, as if it had been long on its way. */
  replay(method: string, sequence: number): void {
    this.#wire.receive(this.#build(method, sequence, `z9hG4bK${this.callId}old${sequence}`), this.from)
  }

  /** The last response of the switch to a method. */
  last(method: string): SipResponse | undefined {
    return this.#wire.responses(method).findLast(({ headers }) => headers.raw('Call-ID') === this.callId)
  }

  #build(method: string, sequence: number, branch: string): SipRequest {
    const headers = new HeaderList()
    headers.append('Via', `SIP/2.0/UDP ${this.from.host}:${this.from.port};branch=${branch}`).append('Max-Forwards', '70')
    headers.append('From', `"Peer" <sip:peer@192.0.2.9>;tag=${this.tag}`)
    headers.append('To', `<sip:100@192.0.2.1>${this.#remoteTag && `;tag=${this.#remoteTag}`}`)
    headers.append('Call-ID', this.callId).append('CSeq', `${sequence} ${method}`).append('Contact', this.contact)
    return { kind: 'request', method, uri: uri('sip:100@192.0.2.1'), headers, body: Buffer.alloc(0) }
  }

  #learn(): void {
    const to = this.#wire.sent
      .map(({ message }) => message)
      .findLast(
        ({ headers, kind }) => kind === 'response' && headers.raw('Call-ID') === this.callId && /;tag=/.test(headers.raw('To') ?? ''),
      )
    this.#remoteTag = /;tag=([^;]+)/.exec(to?.headers.raw('To') ?? '')?.[1] ?? this.#remoteTag
  }
}

type ReplyWish = {
  readonly tag?: string
  readonly body?: string
  readonly contact?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly reason?: string
}

/** Answers a request of the switch, as whoever it was sent to. */
export function reply(wire: Wire, request: SipRequest, status: number, wish: ReplyWish = {}): void {
  const { tag = 'callee', body = '', contact = '<sip:callee@192.0.2.20:5060>', headers: extra = {}, reason = 'Reason' } = wish
  const headers = new HeaderList()
  for (const name of ['Via', 'From', 'Call-ID', 'CSeq']) headers.append(name, request.headers.raw(name) ?? '')
  const to = request.headers.raw('To') ?? ''
  headers.append('To', status === 100 || to.includes(';tag=') ? to : `${to};tag=${tag}`)
  if (contact !== '') headers.append('Contact', contact)
  if (body !== '') headers.append('Content-Type', 'application/sdp')
  for (const [name, value] of Object.entries(extra)) headers.append(name, value)
  const response: SipResponse = { kind: 'response', status, reason, headers, body: Buffer.from(body) }
  wire.receive(response, { host: '192.0.2.20', port: 5060 })
}

/** A request of the callee in the dialog of an INVITE of the switch. */
export function calleeRequest(
  wire: Wire,
  invite: SipRequest,
  method: string,
  { tag = 'callee', sequence = 1, body = '', headers: extra = {} } = {},
) {
  const headers = new HeaderList()
  headers.append('Via', `SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKcallee${method}${sequence}${++count}`).append('Max-Forwards', '70')
  headers.append('From', `${invite.headers.raw('To')};tag=${tag}`).append('To', invite.headers.raw('From') ?? '')
  headers.append('Call-ID', invite.headers.raw('Call-ID') ?? '').append('CSeq', `${sequence} ${method}`)
  headers.append('Contact', '<sip:callee@192.0.2.20:5060>')
  if (body !== '') headers.append('Content-Type', 'application/sdp')
  for (const [name, value] of Object.entries<string>(extra)) headers.append(name, value)
  wire.receive({ kind: 'request', method, uri: uri('sip:192.0.2.1'), headers, body: Buffer.from(body) }, { host: '192.0.2.20', port: 5060 })
}

function uri(text: string) {
  const parsed = parseUri(text)
  if (!parsed) throw new Error(`No URI: ${text}`)
  return parsed
}

export const uriOf = ({ uri: of }: SipRequest): string => formatUri(of)
