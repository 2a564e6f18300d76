import { answerMalformed } from '../message/build.ts'
import type { KeepAlive, Malformed, SipMessage } from '../message/message.ts'
import { parseDatagram } from '../message/parse-message.ts'
import { serialise } from '../message/serialise.ts'
import { isAck } from '../message/unparsed.ts'
import type { Route, Scheduler, TransportPort } from '../transaction/transport-port.ts'
import { type TransportCounts, zeroCounts } from './counts.ts'
import type { Address, Flow, Target } from './flow.ts'
import { advertisedAddress, chooseListener, flowOf, type ListenerOptions } from './listener.ts'
import { type LocalAddresses, RoutedAddresses } from './local-addresses.ts'
import { type Received, ReceiveQueue } from './receive-queue.ts'
import type { TcpTiming } from './tcp-connection.ts'
import { TcpListener } from './tcp-listener.ts'
import { UdpListener } from './udp-listener.ts'
import { type ReplyPath, reconnectTarget, stampVia } from './via-stamps.ts'

export type TransportOptions = {
  readonly listeners: readonly ListenerOptions[]
  readonly scheduler: Scheduler
  readonly user: TransportUser
  /** A To tag for answers to malformed requests. */
  readonly newTag: () => string
  /** Larger requests go over TCP where a TCP listener reaches the target (RFC 3261 §18.1.1). */
  readonly maxUdpRequestOctets?: number
  readonly localAddresses?: LocalAddresses
  readonly tcpTiming?: TcpTiming
  readonly maxConnectionsPerListener?: number
}

export type TransportUser = {
  /** A datagram before it is parsed. @returns whether there is nothing more to be done about it */
  glance?(datagram: Buffer, flow: Flow): boolean
  /** A message, its Via stamped with where it came from. */
  receive(message: SipMessage, flow: Flow): void
  /** What is no message. It has been counted, and answered where it can be. */
  receiveMalformed?(malformed: Malformed, flow: Flow): void
  /** A connection is gone: bindings on its flow are, too. */
  flowClosed?(flow: Flow): void
}

/** 200 octets below an Ethernet MTU of 1500, as the RFC asks where the path MTU is unknown. */
const MAX_UDP_REQUEST_OCTETS = 1_300
/** Answers to malformed requests are worth little: more in a second are not sent, so that nobody makes us a source of noise. */
const MAX_MALFORMED_ANSWERS = 200
const SECOND_MS = 1_000
/** RFC 5626 §4.4.1: a ping is CRLF twice, its answer CRLF once. */
const PING = Buffer.from('\r\n\r\n')
const PONG = Buffer.from('\r\n')

/** The sockets of a user agent (RFC 3261 §18): several listeners over UDP and TCP, behind the port that transactions need. */
export class SipTransport implements TransportPort {
  readonly counts: TransportCounts = zeroCounts()
  readonly #options: TransportOptions
  readonly #localAddresses: LocalAddresses
  readonly #listeners: (UdpListener | TcpListener)[] = []
  readonly #datagrams = new ReceiveQueue<UdpListener>({
    receive: (received) => this.#receiveDatagram(received),
    dropped: () => this.counts.overflowed++,
  })
  #malformedAnswers = 0

  private constructor(options: TransportOptions) {
    this.#options = options
    this.#localAddresses = options.localAddresses ?? new RoutedAddresses()
  }

  /** Opens every listener; rejects, with none left open, when one cannot be bound. */
  static async open(options: TransportOptions): Promise<SipTransport> {
    const transport = new SipTransport(options)
    try {
      for (const listener of options.listeners) transport.#listeners.push(await transport.#open(listener))
      return transport
    } catch (error) {
      await transport.close()
      throw error
    }
  }

  /** What each listener has bound, by name. */
  get bound(): ReadonlyMap<string, Address> {
    return new Map(this.#listeners.map(({ options, local }) => [options.name, local]))
  }

  /** How long the next new request over UDP has waited for us, ms. */
  get backlogMs(): number {
    return this.#datagrams.backlogMs
  }

  route(target: Target, octets: number): Route | undefined {
    const isTooLarge = octets > (this.#options.maxUdpRequestOctets ?? MAX_UDP_REQUEST_OCTETS)
    if (isTooLarge && target.protocol === 'UDP' && !target.flow && !target.keepProtocol) {
      const { listener: _udp, ...anywhere } = target
      const larger = this.#routeTo({ ...anywhere, protocol: 'TCP' })
      if (larger) return larger
    }
    return this.#routeTo(target)
  }

  sendRequest(octets: Buffer, target: Target, failed: () => void): void {
    const listener = chooseListener(this.#listeners, target, this.#localAddresses)
    if (listener instanceof UdpListener) listener.send(octets, target, failed)
    else {
      const connection = target.flow ? listener?.connectionOf(target.flow) : listener?.connectionTo(target)
      if (connection) connection.send(octets, failed)
      else this.#fail(failed)
      // The one request that has no answer.
      if (!isAck(octets)) connection?.awaitAnswer()
    }
  }

  sendResponse(octets: Buffer, path: ReplyPath, failed: () => void): void {
    const { flow } = path
    const listener = this.#listenerOf(flow)
    if (listener instanceof UdpListener) {
      const isAsSource = listener.options.replies === 'asSource'
      listener.send(octets, isAsSource ? flow.remote : { host: flow.remote.host, port: path.port }, failed)
    } else if (listener) {
      const open = listener.connectionOf(flow) ?? listener.connectionTo(reconnectTarget(path))
      open.send(octets, failed)
    } else this.#fail(failed)
  }

  /** Keeps a NAT between us and a peer open (RFC 5626 §4.4.1); datagrams are ignored by the peer, connections answered. */
  sendKeepAlive(flow: Flow, failed: () => void = () => {}): void {
    const listener = this.#listenerOf(flow)
    if (listener instanceof UdpListener) listener.send(PING, flow.remote, failed)
    else if (listener) this.#sendAlong(listener, PING, { flow, failed })
    else this.#fail(failed)
  }

  /** The same towards a server that we are registered with; over TCP it fails where the connection that we had is gone. */
  sendKeepAliveTo(target: Target, failed: () => void = () => {}): void {
    const listener = chooseListener(this.#listeners, target, this.#localAddresses)
    const connection = listener instanceof TcpListener ? listener.ourConnectionTo(target) : undefined
    if (listener instanceof UdpListener) listener.send(PING, target, failed)
    else if (connection) connection.send(PING, failed)
    else this.#fail(failed)
  }

  /** The address that a Contact for a peer says. */
  contactAddress(target: Target): Address | undefined {
    return this.#routeTo(target)?.sentBy
  }

  async close(): Promise<void> {
    this.#datagrams.close()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  #open(options: ListenerOptions): Promise<UdpListener | TcpListener> {
    const { scheduler, tcpTiming, maxConnectionsPerListener, user } = this.#options
    if (options.protocol === 'UDP') {
      return UdpListener.open({ options, counts: this.counts, receive: (received) => this.#datagrams.push(received) })
    }
    return TcpListener.open({
      ...{ options, scheduler, counts: this.counts },
      ...(tcpTiming && { timing: tcpTiming }),
      ...(maxConnectionsPerListener !== undefined && { maxConnections: maxConnectionsPerListener }),
      receive: (received, flow) => this.#receive(received, flow),
      closed: (flow) => user.flowClosed?.(flow),
    })
  }

  #receiveDatagram({ datagram, host, port, socket }: Received<UdpListener>): void {
    const flow = flowOf(socket, { host, port })
    if (!this.#options.user.glance?.(datagram, flow)) this.#receive(parseDatagram(datagram), flow)
    else this.counts.received++
  }

  #receive(received: SipMessage | Malformed | KeepAlive, flow: Flow): void {
    if (received.kind === 'keep-alive') {
      this.counts.keepAlives++
      const listener = this.#listenerOf(flow)
      if (listener instanceof TcpListener) this.#sendAlong(listener, PONG, { flow, failed: () => {} })
    } else if (received.kind === 'malformed') {
      this.counts.malformed++
      this.#answerMalformed(received, flow)
      this.#options.user.receiveMalformed?.(received, flow)
    } else {
      this.counts.received++
      if (received.kind === 'request') stampVia(received, flow.remote)
      this.#options.user.receive(received, flow)
    }
  }

  /** Its Via may be part of what is wrong, so the answer goes back the way it came. */
  #answerMalformed(malformed: Malformed, flow: Flow): void {
    const answer = answerMalformed(malformed, this.#options.newTag())
    if (!answer || this.#malformedAnswers >= MAX_MALFORMED_ANSWERS) return
    if (this.#malformedAnswers === 0) this.#options.scheduler.after(SECOND_MS, () => (this.#malformedAnswers = 0))
    this.#malformedAnswers++
    this.counts.malformedAnswered++
    const listener = this.#listenerOf(flow)
    if (listener instanceof UdpListener) listener.send(serialise(answer), flow.remote, () => {})
    else if (listener) this.#sendAlong(listener, serialise(answer), { flow, failed: () => {} })
  }

  #routeTo(target: Target): Route | undefined {
    const listener = chooseListener(this.#listeners, target, this.#localAddresses)
    return listener && { target, sentBy: advertisedAddress(listener, target.host, this.#localAddresses) }
  }

  #listenerOf({ listener }: Flow): UdpListener | TcpListener | undefined {
    return this.#listeners.find(({ options }) => options.name === listener)
  }

  #sendAlong(listener: TcpListener, octets: Uint8Array, { flow, failed }: { readonly flow: Flow; readonly failed: () => void }): void {
    const connection = listener.connectionOf(flow)
    if (connection) connection.send(octets, failed)
    else this.#fail(failed)
  }

  #fail(failed: () => void): void {
    this.counts.sendErrors++
    failed()
  }
}
