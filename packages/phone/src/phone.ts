import { type Codec, PCMA, PCMU } from '@voipbin/sdp'
import {
  bracketed,
  callIdOf,
  createResponse,
  DigestClient,
  dialogIdOfRequest,
  dialogIdOfResponse,
  escapeText,
  type NameAddr,
  nameAddr,
  Params,
  parseUri,
  refuseRequest,
  type ServerTransaction,
  type SipRequest,
  type SipUri,
  sipUri,
  type Target,
  type Uri,
  USER,
} from '@voipbin/sip'
import { AudioSession } from './audio/audio-session.ts'
import { CallCore } from './call/call-core.ts'
import { PHONE_METHODS, phoneCapabilities } from './call/capabilities.ts'
import { IncomingInvite } from './call/incoming-invite.ts'
import { Negotiation, type SdpWish } from './call/negotiation.ts'
import { OutgoingInvite } from './call/outgoing-invite.ts'
import { PhoneCall } from './call/phone-call.ts'
import { AddressSyntaxError, NoRegistrar, WaitTimeout } from './errors.ts'
import { Endpoint, newToken } from './signalling/endpoint.ts'
import type { Ladder } from './signalling/ladder.ts'
import { Registration } from './signalling/registration.ts'

export type PhoneOptions = {
  /** User part of its address, and of its credentials where these do not say. */
  readonly user: string
  readonly displayName?: string
  /** Domain of its address. Default: that of the registrar, else its own address. */
  readonly domain?: string
  readonly username?: string
  /** Without one, challenges are not answered. */
  readonly password?: string
  /** `sip:192.0.2.1:5060`: where it registers, and where calls go first. */
  readonly registrar?: string
  /** Local address. Default 127.0.0.1. */
  readonly host?: string
  /** For UDP and TCP. Default: any. */
  readonly port?: number
  /** Default UDP. */
  readonly transport?: 'UDP' | 'TCP'
  /** Most preferred first. Default PCMU, PCMA. */
  readonly codecs?: readonly Codec[]
  /** A refresh of the registration failed. */
  readonly onRegistrationLost?: (reason: string) => void
}

export type DialOptions = SdpWish & {
  /** Further headers of the INVITE. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly isOfferDelayed?: boolean
  /** Who we say that we are, instead of the phone's own address. */
  readonly from?: string
}

export type RegisterOptions = { readonly expiresSeconds?: number }

type Waiter = (call: PhoneCall) => void

/** A SIP phone without a person: it registers, dials, answers, says and hears. */
export class Phone {
  readonly #options: PhoneOptions
  readonly #endpoint: Endpoint
  readonly #calls: PhoneCall[] = []
  readonly #incoming: PhoneCall[] = []
  readonly #waiters: Waiter[] = []
  #registration: Registration | undefined

  private constructor(options: PhoneOptions, endpoint: Endpoint) {
    this.#options = options
    this.#endpoint = endpoint
  }

  /** Opens its sockets. Rejects when the port is taken. */
  static async open(options: PhoneOptions): Promise<Phone> {
    const { host = '127.0.0.1', port = 0, transport = 'UDP' } = options
    const opened = (): Phone => phone
    const endpoint = await Endpoint.open({
      ...{ host, port, transport },
      user: {
        onRequest: (request, transaction) => opened().#receive(request, transaction),
        onAck: (ack) => opened().#callOf(dialogIdOfRequest(ack))?.acknowledge(ack),
        onStraySuccess: (response) => opened().#callOf(dialogIdOfResponse(response))?.acknowledgeAgain(),
      },
    })
    const phone = new Phone(options, endpoint)
    return phone
  }

  /** All that passed on its sockets. */
  get ladder(): Ladder {
    return this.#endpoint.ladder
  }

  /** Where it is reached directly: `sip:alice@127.0.0.1:5062`. */
  get address(): string {
    const { host = '127.0.0.1', transport = 'UDP', user } = this.#options
    const port = transport === 'TCP' ? this.#endpoint.bound.tcp : this.#endpoint.bound.udp
    return `sip:${escapeUser(user)}@${bracketed(host)}:${port}${transport === 'TCP' ? ';transport=tcp' : ''}`
  }

  /** Where it listens. */
  get ports(): { readonly udp: number; readonly tcp: number } {
    return this.#endpoint.bound
  }

  /** Calls since it was opened, in order. */
  get calls(): readonly PhoneCall[] {
    return this.#calls
  }

  /** The registration, made when first asked for. @throws Error without a registrar */
  async registration({ expiresSeconds = 3_600 }: RegisterOptions = {}): Promise<Registration> {
    if (this.#registration) return this.#registration
    const { registrar: text, user, username = user, password = '', onRegistrationLost } = this.#options
    if (text === undefined) throw new NoRegistrar()
    const registrar = readSipUri(text)
    const [target] = await this.#endpoint.targetsOf(registrar)
    const aor = this.#aor()
    this.#registration = new Registration({
      ...{ endpoint: this.#endpoint, target, aor, username, password, expiresSeconds },
      registrar: sipUri({ host: aor.host, ...(this.#options.domain === undefined && { port: registrar.port }) }),
      contact: this.#contact(target).uri,
      onLost: (reason) => onRegistrationLost?.(reason),
    })
    return this.#registration
  }

  /** @returns seconds until it expires @throws RegistrationFailed */
  async register(options?: RegisterOptions): Promise<number> {
    return (await this.registration(options)).register()
  }

  /** Calls an address: a SIP URI, a tel URI, or a user of our domain. @throws Error when there is no way to it */
  async dial(to: string, options: DialOptions = {}): Promise<PhoneCall> {
    const { headers = [], isOfferDelayed = false, from, ...wish } = options
    const uri = this.#destination(to)
    const target = await this.#targetOf(uri)
    const core = await this.#openCall(target, wish)
    const asWhom = from === undefined ? this.#from() : nameAddr(readUri(from), Params.none)
    const outgoing = new OutgoingInvite({
      ...{ core, uri, target, headers, isOfferDelayed, wish },
      from: { ...asWhom, params: asWhom.params.with('tag', newToken()) },
    })
    return this.#keep(new PhoneCall(core, { outgoing }))
  }

  /** The next call to us that nobody has taken yet, past or to come. @throws Error when none came in time */
  nextCall(timeoutMs = 30_000): Promise<PhoneCall> {
    const waiting = this.#incoming.shift()
    if (waiting) return Promise.resolve(waiting)
    const { promise, resolve, reject } = Promise.withResolvers<PhoneCall>()
    this.#waiters.push(resolve)
    const timer = setTimeout(() => {
      this.#waiters.splice(this.#waiters.indexOf(resolve), 1)
      reject(new WaitTimeout(`No call came in ${timeoutMs} ms`, timeoutMs))
    }, timeoutMs)
    return promise.finally(() => clearTimeout(timer))
  }

  /** Switches it off: what goes on ends without a word to anybody. Hang up and unregister first where that matters. */
  async close(): Promise<void> {
    this.#registration?.close()
    for (const call of this.#calls) call.abandon()
    await this.#endpoint.close()
  }

  #receive(request: SipRequest, transaction: ServerTransaction): void {
    const id = dialogIdOfRequest(request)
    const call = this.#callOf(id)
    if (call) call.receive(request, transaction)
    else if (id !== undefined) transaction.respond(createResponse(request, 481))
    else {
      const refusal = refuseRequest(request, phoneCapabilities, newToken())
      if (refusal) transaction.respond(refusal)
      else if (request.method === 'INVITE') this.#receiveCall(request, transaction)
      else transaction.respond(this.#capabilities(request))
    }
  }

  #capabilities(request: SipRequest) {
    const response = createResponse(request, request.method === 'BYE' || request.method === 'INFO' ? 481 : 200, { toTag: newToken() })
    response.headers.setRaw('Allow', PHONE_METHODS.join(', '))
    response.headers.setRaw('Accept', 'application/sdp')
    return response
  }

  #receiveCall(invite: SipRequest, transaction: ServerTransaction): void {
    const { protocol, remote } = transaction.flow
    const target: Target = { protocol, host: remote.host, port: remote.port }
    // The datagram that the body is a view of may be gone by the time that it is answered.
    const kept = { ...invite, body: Uint8Array.from(invite.body) }
    void this.#openCall(target, {}).then((core) => {
      const incoming = new IncomingInvite(core, kept, transaction)
      const call = this.#keep(new PhoneCall(core, { incoming, callId: callIdOf(invite) }))
      const waiter = this.#waiters.shift()
      if (waiter) waiter(call)
      else this.#incoming.push(call)
    })
  }

  async #openCall(target: Target, wish: SdpWish): Promise<CallCore> {
    const { user, username = user, password, codecs = [PCMU, PCMA] } = this.#options
    const { host: address } = this.#endpoint.contactAddress(target)
    let core: CallCore | undefined
    const audio = await AudioSession.open(address, (digit) => core?.hear(digit, 'rfc4733'))
    const { rewriteSdp: _once, ...lasting } = wish
    core = new CallCore({
      ...{ endpoint: this.#endpoint, audio, contact: this.#contact(target) },
      negotiation: new Negotiation({ address, port: audio.port }, { codecs, ...lasting }),
      digest: password === undefined ? undefined : new DigestClient({ username, password }),
    })
    return core
  }

  #keep(call: PhoneCall): PhoneCall {
    this.#calls.push(call)
    return call
  }

  #callOf(dialogId: string | undefined): PhoneCall | undefined {
    return this.#calls.find((call) => call.isOf(dialogId))
  }

  /** Calls go by the registrar where there is one, as phones that know one provider do; it is no Route. */
  async #targetOf(uri: Uri): Promise<Target> {
    const { registrar } = this.#options
    return (await this.#endpoint.targetsOf(registrar === undefined ? uri : readSipUri(registrar)))[0]
  }

  #destination(to: string): Uri {
    if (/^(sips?|tel):/i.test(to)) return readUri(to)
    return to.includes('@') ? readUri(`sip:${to}`) : sipUri({ ...this.#aor(), user: escapeUser(to) })
  }

  #aor(): SipUri {
    const { user, domain, registrar, host = '127.0.0.1' } = this.#options
    return sipUri({ user: escapeUser(user), host: domain ?? (registrar === undefined ? bracketed(host) : readSipUri(registrar).host) })
  }

  #from(): NameAddr {
    return nameAddr(this.#aor(), Params.none, this.#options.displayName ?? '')
  }

  #contact(target: Target): NameAddr {
    const { host, port } = this.#endpoint.contactAddress(target)
    const params = target.protocol === 'TCP' ? Params.of({ transport: 'tcp' }) : Params.none
    return nameAddr(sipUri({ user: escapeUser(this.#options.user), host: bracketed(host), port, params }))
  }
}

const escapeUser = (user: string): string => escapeText(user, USER)

/** @throws AddressSyntaxError */
function readUri(text: string): Uri {
  const uri = parseUri(text)
  if (!uri) throw new AddressSyntaxError(text)
  return uri
}

/** @throws AddressSyntaxError */
function readSipUri(text: string): SipUri {
  const uri = readUri(/^sips?:/i.test(text) ? text : `sip:${text}`)
  if (uri.kind !== 'sip') throw new AddressSyntaxError(text, 'SIP')
  return uri
}
