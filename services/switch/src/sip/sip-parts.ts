import type { Clock, Logger } from '@voipbin/service-kit'
import type {
  DnsPort,
  ServerTransaction,
  SipRequest,
  SipResponse,
  SipTransport,
  Target,
  TransactionLayer,
  TransportPort,
} from '@voipbin/sip'

/** Whoever gets what belongs to a dialog. */
export type DialogUser = {
  receive(request: SipRequest, transaction: ServerTransaction): void
  /** The ACK of a 2xx. */
  acknowledge(ack: SipRequest): void
  /** A 2xx to an INVITE of ours that came again: its ACK was lost. */
  acknowledgeAgain(response: SipResponse): void
}

/** The sockets of a node, as far as it uses them. */
export type Transport = TransportPort &
  Pick<SipTransport, 'contactAddress' | 'sendKeepAlive' | 'sendKeepAliveTo' | 'bound' | 'counts' | 'close'> &
  Partial<Pick<SipTransport, 'backlogMs'>>

/** What legs need of the user agent that they belong to. */
export type SipParts = {
  readonly layer: TransactionLayer
  readonly transport: Transport
  readonly dns: DnsPort
  /** For what must not be reached. */
  readonly steadyDns: DnsPort
  readonly clock: Clock
  readonly log: Logger
  /** By `dialogId`. */
  readonly dialogs: Map<string, DialogUser>
  readonly newToken: () => string
}

/** Where the signalling of a peer comes from: not always where it says that it is. */
export type Peer = { readonly target: Target }
