import {
  type ClientTransaction,
  createRequest,
  type Flow,
  HeaderList,
  parseDatagram,
  parseUri,
  type ReplyPath,
  type Route,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  type Target,
  TransactionLayer,
  type TransactionLayerOptions,
  type TransportPort,
} from '../src/index.ts'
import { TestClock } from './test-clock.ts'

/** A transaction layer on a clock that stands still and a network that only remembers what was sent. */
export class TestNetwork implements TransportPort {
  readonly clock = new TestClock()
  readonly sent: Buffer[] = []
  /** Where each request went. */
  readonly targets: string[] = []
  /** What listeners and the user heard, in order: statuses, ends, `ack`, `stray 200`. */
  readonly heard: Array<string | number> = []
  readonly requests: ServerTransaction[] = []
  readonly flow: Flow = {
    ...{ protocol: 'UDP', listener: 'test', connection: 0 },
    ...{ local: { host: '192.0.2.1', port: 5060 }, remote: { host: '192.0.2.2', port: 5060 } },
  }
  readonly layer: TransactionLayer
  failSends = false
  failProtocol: string | undefined
  unreachable = false
  largeOctets = 65_536

  constructor(options: Partial<TransactionLayerOptions> = {}) {
    this.layer = new TransactionLayer({
      transport: this,
      scheduler: this.clock,
      user: {
        onRequest: (_request, transaction) => this.requests.push(transaction),
        onAck: () => this.heard.push('ack'),
        onStraySuccess: ({ status }) => this.heard.push(`stray ${status}`),
      },
      ...options,
    })
  }

  route(target: Target, octets: number): Route | undefined {
    if (this.unreachable) return undefined
    const protocol = octets > this.largeOctets && !target.keepProtocol ? 'TCP' : target.protocol
    return { target: { ...target, protocol }, sentBy: { host: 'ours', port: 5060 } }
  }

  sendRequest(octets: Buffer, { protocol, host }: Target, failed: () => void): void {
    this.sent.push(octets)
    this.targets.push(`${protocol} ${host}`)
    if (this.failSends) failed()
    else if (this.failProtocol === protocol) this.clock.after(0, failed)
  }

  sendResponse(octets: Buffer, _path: ReplyPath, failed: () => void): void {
    this.sent.push(octets)
    if (this.failSends) failed()
  }

  /** Sends an INVITE and remembers what its listener hears. */
  call(): ClientTransaction | undefined {
    const headers = new HeaderList()
      .append('From', '<sip:a@a>;tag=f')
      .append('To', '<sip:b@b>')
      .append('Call-ID', 'c')
      .append('CSeq', '1 INVITE')
    const uri = parseUri('sip:b@b')
    if (!uri) throw new Error('no URI')
    return this.layer.request(
      createRequest('INVITE', uri, headers),
      { protocol: 'UDP', host: '192.0.2.2', port: 5060 },
      {
        onResponse: ({ status }) => this.heard.push(status),
        onEnd: (end) => this.heard.push(end),
      },
    )
  }

  sentRequest(index: number): SipRequest {
    const message = this.#message(index)
    if (message.kind !== 'request') throw new Error(`Message ${index} is ${message.kind}`)
    return message
  }

  sentResponse(index: number): SipResponse {
    const message = this.#message(index)
    if (message.kind !== 'response') throw new Error(`Message ${index} is ${message.kind}`)
    return message
  }

  sentMethods(): readonly string[] {
    return this.sent.map((_, index) => this.sentRequest(index).method)
  }

  sentStatuses(): readonly number[] {
    return this.sent.map((_, index) => this.sentResponse(index).status)
  }

  #message(index: number) {
    return parseDatagram(this.sent[index] ?? Buffer.alloc(0))
  }
}
