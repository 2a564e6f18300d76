import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@voipbin/service-kit'
import {
  createNodeDns,
  createResponse,
  type DnsPort,
  dialogIdOfRequest,
  dialogIdOfResponse,
  type Flow,
  isWildcard,
  type ListenerOptions,
  type LocalAddresses,
  RoutedAddresses,
  type Screening,
  type ServerTransaction,
  type SipRequest,
  SipTransport,
  type Target,
  TransactionLayer,
  type TransactionUser,
  type TransportOptions,
} from '@voipbin/sip'
import type { Admitted } from '../admission/admission.ts'
import type { FrontDoor } from '../admission/front-door.ts'
import { refusalOf } from './capabilities.ts'
import { withAllow } from './in-dialog.ts'
import { Ladder } from './ladder.ts'
import type { DialogUser, SipParts, Transport } from './sip-parts.ts'
import { createSteadyDns } from './steady-dns.ts'

/** Where everything from outside of a dialog comes in; a door that is open to all may do without the rest. */
export type Door = Pick<FrontDoor, 'admit'> & Partial<FrontDoor>

export type EndpointOptions = {
  readonly listeners: readonly ListenerOptions[]
  readonly clock: Clock
  readonly log: Logger
  readonly door: Door
  /** An INVITE that was let in, and not cancelled meanwhile. */
  readonly onInvite: (request: SipRequest, transaction: ServerTransaction, admitted: Admitted) => void
  /** Calls whose messages are kept. */
  readonly traceCalls: number
  readonly dns?: DnsPort
  /** In place of sockets. */
  readonly openTransport?: (options: TransportOptions) => Promise<Transport>
}

type Opened = {
  readonly transport: Transport
  readonly layer: TransactionLayer
  readonly ladder: Ladder
  readonly localAddresses: LocalAddresses
}

/** The user agent of a node: its sockets and transactions, and who in it gets which request (RFC 3261 §8.2, §12.2.2). */
export class SipEndpoint implements TransactionUser {
  readonly parts: SipParts
  readonly ladder: Ladder
  readonly #options: EndpointOptions
  readonly #addresses: LocalAddresses

  private constructor(options: EndpointOptions, { transport, layer, ladder, localAddresses }: Opened) {
    this.#options = options
    this.#addresses = localAddresses
    this.ladder = ladder
    const { clock, log, dns = createNodeDns() } = options
    this.parts = { layer, transport, dns, steadyDns: createSteadyDns(dns), clock, log, dialogs: new Map<string, DialogUser>(), newToken }
  }

  /** @throws where an address cannot be bound */
  static async open(options: EndpointOptions): Promise<SipEndpoint> {
    let endpoint: SipEndpoint | undefined
    const { clock, listeners, door } = options
    const { screen, glance, flowClosed, receiveMalformed } = door
    const ladder = new Ladder(clock, options.traceCalls)
    const localAddresses = new RoutedAddresses()
    const opened = await (options.openTransport ?? SipTransport.open)({
      ...{ listeners, scheduler: clock, newTag: newToken, localAddresses },
      user: {
        glance: (datagram, flow) => endpoint?.parts.layer.receiveAtAGlance(datagram, flow) ?? false,
        receive: (message, flow) => {
          ladder.received(message, flow)
          endpoint?.parts.layer.receive(message, flow)
        },
        ...(flowClosed && { flowClosed }),
        ...(receiveMalformed && { receiveMalformed }),
      },
    })
    const send = opened.sendResponse.bind(opened)
    const transport = ladder.listenTo(opened)
    const user: TransactionUser = {
      onRequest: (request, transaction) => endpoint?.onRequest(request, transaction),
      onAck: (ack) => endpoint?.onAck(ack),
      onStraySuccess: (response) => endpoint?.onStraySuccess(response),
    }
    const screened = (request: SipRequest, flow: Flow): Screening => {
      const id = dialogIdOfRequest(request)
      if (id === undefined) return screen?.(request, flow) ?? 'pass'
      // Anybody can make up a tag: nothing is kept of a request of a dialog that there is none of.
      return endpoint?.parts.dialogs.has(id) ? 'pass' : { status: 481 }
    }
    const layer = new TransactionLayer({
      transport,
      scheduler: clock,
      user,
      newToken,
      screen: screened,
      ...(glance && { glance: { ...glance, send: (octets, path) => send(octets, path, () => {}) } }),
    })
    endpoint = new SipEndpoint(options, { transport, layer, ladder, localAddresses })
    return endpoint
  }

  onRequest(request: SipRequest, transaction: ServerTransaction): void {
    const id = dialogIdOfRequest(request)
    if (id === undefined) void this.#receiveOutside(request, transaction)
    else {
      const user = this.parts.dialogs.get(id)
      if (user) user.receive(request, transaction)
      else transaction.respond(createResponse(request, 481))
    }
  }

  onAck(ack: SipRequest): void {
    this.parts.dialogs.get(dialogIdOfRequest(ack) ?? '')?.acknowledge(ack)
  }

  onStraySuccess(response: Parameters<TransactionUser['onStraySuccess']>[0]): void {
    this.parts.dialogs.get(dialogIdOfResponse(response))?.acknowledgeAgain(response)
  }

  /** The local address that leads to a peer: what media of its calls is bound to. */
  localAddressTowards({ host, listener, protocol }: Target): string {
    const candidates = this.#options.listeners.filter((each) => each.protocol === protocol)
    const named = candidates.find(({ name }) => name === listener)?.host
    if (named !== undefined && !isWildcard(named)) return named
    const routed = this.#addresses.towards(host)
    if (named !== undefined || candidates.some((each) => each.host === routed || isWildcard(each.host))) return routed
    return candidates[0]?.host ?? routed
  }

  get door(): Door {
    return this.#options.door
  }

  async close(): Promise<void> {
    this.#options.door.close?.()
    this.parts.layer.close()
    await this.parts.transport.close()
  }

  async #receiveOutside(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const { door, onInvite, log } = this.#options
    // Until somebody takes the INVITE over, a CANCEL is answered here.
    transaction.listen({ onCancel: () => void transaction.respond(createResponse(request, 487, { toTag: newToken() })) })
    try {
      const verdict = door.admit(request, { flow: transaction.flow, transaction })
      const judged = verdict instanceof Promise ? await verdict : verdict
      if (judged === 'handled' || isAnswered(transaction)) return
      const toTag = newToken()
      const refusal = refusalOf(request, toTag)
      if (refusal) transaction.respond(refusal)
      else if (request.method === 'INVITE') onInvite(request, transaction, judged.letIn)
      else if (request.method === 'OPTIONS') transaction.respond(withAllow(createResponse(request, 200, { toTag })))
      // BYE and INFO mean nothing outside of a dialog.
      else transaction.respond(createResponse(request, 481, { toTag }))
    } catch (error) {
      log.error('a request could not be judged', { method: request.method, error })
      transaction.respond(createResponse(request, 500, { toTag: newToken() }))
    }
  }
}

const isAnswered = ({ status, isTerminated }: ServerTransaction): boolean => isTerminated || (status !== undefined && status >= 200)
/** Unguessable, and cheap: the platform draws them in advance. */
export const newToken = (): string => randomUUID()
