import { randomBytes } from 'node:crypto'
import {
  type Address,
  bracketed,
  type ClientListener,
  type ClientTransaction,
  createNodeDns,
  nextHop,
  type Protocol,
  parseDatagram,
  resolveUri,
  type Scheduler,
  type SipRequest,
  SipTransport,
  type Target,
  TransactionLayer,
  type TransactionUser,
  type TransportPort,
  type Uri,
} from '@voipbin/sip'
import { Unreachable } from '../errors.ts'
import { Ladder } from './ladder.ts'

export type EndpointOptions = {
  /** Local address to bind to. */
  readonly host: string
  /** Of UDP and TCP alike; 0 takes any. */
  readonly port: number
  /** What a URI that does not say is reached over. */
  readonly transport: 'UDP' | 'TCP'
  readonly user: TransactionUser
}

/** A request without a transaction, to be repeated as it is. */
export type PlacedRequest = NonNullable<ReturnType<TransactionLayer['sendAck']>>

export const realScheduler: Scheduler = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A fresh token for tags, Call-IDs and the like. */
export const newToken = (): string => randomBytes(8).toString('hex')

/** Sockets and transactions of one phone, and the ladder of all that passes them. */
export class Endpoint {
  readonly ladder: Ladder
  readonly transport: 'UDP' | 'TCP'
  readonly #transport: SipTransport
  readonly #layer: TransactionLayer
  readonly #dns = createNodeDns()

  private constructor(options: EndpointOptions, open: { transport: SipTransport; layer: TransactionLayer; ladder: Ladder }) {
    this.transport = options.transport
    this.#transport = open.transport
    this.#layer = open.layer
    this.ladder = open.ladder
  }

  /** Rejects when the address cannot be bound. */
  static async open(options: EndpointOptions): Promise<Endpoint> {
    const { host, port } = options
    const ladder = new Ladder(() => performance.now())
    let layer: TransactionLayer | undefined
    const transport = await SipTransport.open({
      listeners: [
        { name: 'udp', protocol: 'UDP', host, port },
        { name: 'tcp', protocol: 'TCP', host, port },
      ],
      scheduler: realScheduler,
      newTag: newToken,
      user: {
        receive(message, flow) {
          ladder.record({ direction: 'received', protocol: flow.protocol, peer: peerOf(flow.remote), message: keep(message) })
          layer?.receive(message, flow)
        },
      },
    })
    layer = new TransactionLayer({ transport: recordSent(transport, ladder), scheduler: realScheduler, user: options.user })
    return new Endpoint(options, { transport, layer, ladder })
  }

  /** Where the phone listens. */
  get bound(): { readonly udp: number; readonly tcp: number } {
    const { bound } = this.#transport
    return { udp: bound.get('udp')?.port ?? 0, tcp: bound.get('tcp')?.port ?? 0 }
  }

  /**
   * Where a request for a URI goes, first choice first.
   * @throws Error when there is no way to it
   */
  async targetsOf(uri: Uri): Promise<readonly [Target, ...Target[]]> {
    const isOpen = uri.kind === 'sip' && !uri.params.has('transport')
    const stated = isOpen ? { ...uri, params: uri.params.with('transport', this.transport) } : uri
    const [first, ...rest] = await resolveUri(stated, { dns: this.#dns, protocols: ['UDP', 'TCP'] })
    if (!first) throw new Unreachable(uri.kind === 'sip' ? uri.host : uri.scheme)
    return [first, ...rest]
  }

  /** The target of a request in a dialog. */
  async nextTarget(request: SipRequest): Promise<Target> {
    return (await this.targetsOf(nextHop(request)))[0]
  }

  /** Our address as a peer sees it: what Contact and session descriptions say. */
  contactAddress(target: Target): Address {
    return this.#transport.contactAddress(target) ?? { host: '127.0.0.1', port: 0 }
  }

  /** Undefined when no socket of ours reaches the target. */
  request(request: SipRequest, target: Target, listener: ClientListener): ClientTransaction | undefined {
    return this.#layer.request(request, target, listener)
  }

  sendAck(ack: SipRequest, target: Target): PlacedRequest | undefined {
    return this.#layer.sendAck(ack, target)
  }

  resend(placed: PlacedRequest): void {
    this.#layer.resend(placed)
  }

  async close(): Promise<void> {
    this.#layer.close()
    await this.#transport.close()
  }
}

const peerOf = ({ host, port }: Address): string => `${bracketed(host)}:${port}`

/** A message for the ladder: headers are changed on the way up, and a body is a view of its datagram. */
const keep = <M extends Parameters<TransactionLayer['receive']>[0]>(message: M): M => ({
  ...message,
  headers: message.headers.clone(),
  body: Uint8Array.from(message.body),
})

/** The same port, with each message that leaves put into the ladder first. */
function recordSent(port: SipTransport, ladder: Ladder): TransportPort {
  const record = (octets: Buffer, protocol: Protocol, to: Address) => {
    const message = parseDatagram(Buffer.from(octets))
    if (message.kind !== 'request' && message.kind !== 'response') return
    ladder.record({ direction: 'sent', protocol, peer: peerOf(to), message })
  }
  return {
    route: (target, octets) => port.route(target, octets),
    sendRequest(octets, target, failed) {
      record(octets, target.protocol, target)
      port.sendRequest(octets, target, failed)
    },
    sendResponse(octets, path, failed) {
      record(octets, path.flow.protocol, path.flow.remote)
      port.sendResponse(octets, path, failed)
    },
  }
}
