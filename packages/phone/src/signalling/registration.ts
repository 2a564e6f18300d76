import { randomBytes } from 'node:crypto'
import {
  callIdHeader,
  contactExpiresSeconds,
  contactHeader,
  createRequest,
  cseqHeader,
  DigestClient,
  expiresHeader,
  fromHeader,
  HeaderList,
  isSameUri,
  MAX_FORWARDS,
  maxForwardsHeader,
  minExpiresHeader,
  type NameAddr,
  nameAddr,
  Params,
  type SipRequest,
  type SipResponse,
  type Target,
  toHeader,
  type Uri,
} from '@voipbin/sip'
import { type Endpoint, newToken, realScheduler } from './endpoint.ts'
import { exchange, type NoReply } from './outgoing-request.ts'

export type RegistrationOptions = {
  readonly endpoint: Endpoint
  /** Request-URI of REGISTER: the domain. */
  readonly registrar: Uri
  /** Where it is sent. */
  readonly target: Target
  readonly aor: Uri
  readonly contact: Uri
  readonly username: string
  readonly password: string
  readonly expiresSeconds: number
  /** A refresh in the background failed; nobody waits for it. */
  readonly onLost: (reason: string) => void
}

/** A registrar that says no, or nothing. `status` 0: nothing. */
export class RegistrationFailed extends Error {
  readonly status: number
  readonly response: SipResponse | undefined

  constructor(reply: SipResponse | NoReply) {
    super(`Cannot register: ${typeof reply === 'string' ? noReplyTexts[reply] : `${reply.status} ${reply.reason}`}`)
    this.name = 'RegistrationFailed'
    this.status = typeof reply === 'string' ? 0 : reply.status
    this.response = typeof reply === 'string' ? undefined : reply
  }
}

export const noReplyTexts: Readonly<Record<NoReply, string>> = {
  timedOut: 'no answer in 32 s',
  transportFailed: 'it could not be sent; is something listening there?',
  unreachable: 'no socket of this phone reaches that address',
}

/** A refresh is sent with this share of the time left, so that a lost one can be repeated. */
const REFRESH_SHARE = 0.8

/** One binding of an address of record, kept alive until it is removed (RFC 3261 §10). */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #digest: DigestClient
  readonly #callId = newToken()
  readonly #fromTag = newToken()
  #sequence = randomBytes(2).readUInt16BE()
  #stopRefresh: () => void = () => {}

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#digest = new DigestClient(options)
  }

  /**
   * Registers, or refreshes. A 423 is answered by what the registrar asks for.
   * @returns seconds until it expires
   * @throws RegistrationFailed
   */
  async register(seconds = this.#options.expiresSeconds): Promise<number> {
    const reply = await this.#send(seconds, this.#contact(seconds))
    const least = typeof reply === 'string' ? undefined : reply.headers.one(minExpiresHeader)
    if (typeof reply !== 'string' && reply.status === 423 && least !== undefined && least > seconds) return this.register(least)
    const granted = grantedSeconds(okOf(reply), this.#options.contact) ?? seconds
    this.#stopRefresh()
    this.#stopRefresh = realScheduler.after(granted * 1000 * REFRESH_SHARE, () => void this.#refresh())
    return granted
  }

  /** Removes the binding. @throws RegistrationFailed */
  async unregister(): Promise<void> {
    this.#stopRefresh()
    okOf(await this.#send(0, this.#contact(0)))
  }

  /** Removes every binding of the address of record, whoever made it. @throws RegistrationFailed */
  async unregisterAll(): Promise<void> {
    this.#stopRefresh()
    okOf(await this.#send(0, '*'))
  }

  /** Asks for the bindings that there are. @throws RegistrationFailed */
  async bindings(): Promise<readonly NameAddr[]> {
    const contacts = okOf(await this.#send(undefined, undefined)).headers.all(contactHeader) ?? []
    return contacts.filter((contact) => contact !== '*')
  }

  /** Forgets it without a word to the registrar. */
  close(): void {
    this.#stopRefresh()
  }

  async #refresh(): Promise<void> {
    try {
      await this.register()
    } catch (error) {
      this.#options.onLost(error instanceof Error ? error.message : String(error))
    }
  }

  #contact(seconds: number): NameAddr {
    return nameAddr(this.#options.contact, Params.of({ expires: seconds }))
  }

  #send(seconds: number | undefined, contact: NameAddr | '*' | undefined): Promise<SipResponse | NoReply> {
    const { endpoint, target } = this.#options
    return exchange({ endpoint, target, digest: this.#digest, build: () => this.#build(seconds, contact) })
  }

  #build(seconds: number | undefined, contact: NameAddr | '*' | undefined): SipRequest {
    const { aor, registrar } = this.#options
    this.#sequence++
    const headers = new HeaderList()
    headers.set(maxForwardsHeader, MAX_FORWARDS)
    headers.set(fromHeader, nameAddr(aor, Params.of({ tag: this.#fromTag }))).set(toHeader, nameAddr(aor))
    headers.set(callIdHeader, this.#callId).set(cseqHeader, { sequence: this.#sequence, method: 'REGISTER' })
    if (contact) headers.set(contactHeader, contact)
    if (seconds !== undefined) headers.set(expiresHeader, seconds)
    return createRequest('REGISTER', registrar, headers)
  }
}

function okOf(reply: SipResponse | NoReply): SipResponse {
  if (typeof reply === 'string' || reply.status >= 300) throw new RegistrationFailed(reply)
  return reply
}

/** What the registrar made of our wish, by our contact among those that it lists, else by Expires. */
function grantedSeconds(response: SipResponse, own: Uri): number | undefined {
  const contacts = response.headers.all(contactHeader) ?? []
  const found = contacts.find((contact): contact is NameAddr => contact !== '*' && isSameUri(contact.uri, own))
  return (found && contactExpiresSeconds(found)) ?? response.headers.one(expiresHeader)
}
