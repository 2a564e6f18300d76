import {
  ackInDialog,
  afterRefresh,
  contactHeader,
  type Dialog,
  type DigestClient,
  dialogId,
  type NameAddr,
  receiveInDialog,
  requestInDialog,
  type SipRequest,
  type SipResponse,
} from '@voipbin/sip'
import type { Endpoint, PlacedRequest } from '../signalling/endpoint.ts'
import { exchange, type NoReply } from '../signalling/outgoing-request.ts'

export type DialogSessionOptions = {
  readonly endpoint: Endpoint
  readonly dialog: Dialog
  readonly contact: NameAddr
  readonly digest: DigestClient | undefined
}

export type RequestParts = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly contentType?: string
}

export type ReinviteParts = {
  /** Our offer; empty: the other party makes it. */
  readonly body: Uint8Array
  /** Takes what the 2xx says; what it returns goes into the ACK. */
  readonly readReply: (reply: SipResponse) => Uint8Array | undefined
}

/** One dialog over its life: what is sent in it, and whether what comes in is in order. */
export class DialogSession {
  readonly #options: DialogSessionOptions
  #dialog: Dialog
  /** The ACK of our last INVITE that was answered, for when its 2xx comes again. */
  #lastAck: PlacedRequest | undefined

  constructor(options: DialogSessionOptions) {
    this.#options = options
    this.#dialog = options.dialog
  }

  get id(): string {
    return dialogId(this.#dialog)
  }

  get dialog(): Dialog {
    return this.#dialog
  }

  /** After a further response of the INVITE that made it. */
  update(dialog: Dialog): void {
    this.#dialog = { ...dialog, localSequence: Math.max(dialog.localSequence ?? 0, this.#dialog.localSequence ?? 0) }
  }

  /** A request and its final response. */
  async request(method: string, parts: RequestParts = {}): Promise<SipResponse | NoReply> {
    const { endpoint, digest } = this.#options
    const target = await endpoint.nextTarget(requestInDialog(this.#dialog, method).request)
    return exchange({ endpoint, target, digest, build: () => this.#build(method, parts) })
  }

  /** A re-INVITE, acknowledged when it is answered. */
  async reinvite({ body, readReply }: ReinviteParts): Promise<SipResponse | NoReply> {
    const { endpoint, digest } = this.#options
    const target = await endpoint.nextTarget(requestInDialog(this.#dialog, 'INVITE').request)
    let sent: SipRequest | undefined
    const build = () => {
      sent = this.#build('INVITE', { body, ...(body.length > 0 && { contentType: 'application/sdp' }) })
      return sent
    }
    const reply = await exchange({ endpoint, target, digest, build })
    if (typeof reply === 'string') return reply
    if (reply.status < 300 && sent) {
      this.#dialog = afterRefresh(this.#dialog, 'INVITE', reply)
      await this.acknowledge(sent, readReply(reply))
    }
    return reply
  }

  /** Sends the ACK of a 2xx to `invite`. */
  async acknowledge(invite: SipRequest, body?: Uint8Array): Promise<void> {
    const ack = ackInDialog(this.#dialog, invite, body)
    if (body) ack.headers.setRaw('Content-Type', 'application/sdp')
    const { endpoint } = this.#options
    this.#lastAck = endpoint.sendAck(ack, await endpoint.nextTarget(ack))
  }

  /** The 2xx came again: its ACK was lost. */
  acknowledgeAgain(): void {
    if (this.#lastAck) this.#options.endpoint.resend(this.#lastAck)
  }

  /** Whether a request that came in is in order; remembers it. */
  receive(request: SipRequest): boolean {
    const step = receiveInDialog(this.#dialog, request)
    if (step.verdict === 'in order') this.#dialog = afterRefresh(step.dialog, request.method, request)
    return step.verdict === 'in order'
  }

  #build(method: string, { headers = {}, body, contentType }: RequestParts): SipRequest {
    const { request, dialog } = requestInDialog(this.#dialog, method, body)
    this.#dialog = dialog
    request.headers.set(contactHeader, this.#options.contact)
    if (contentType !== undefined) request.headers.setRaw('Content-Type', contentType)
    for (const [name, value] of Object.entries(headers)) request.headers.append(name, value)
    return request
  }
}
