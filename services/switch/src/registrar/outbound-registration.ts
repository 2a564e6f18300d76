import type { MethodOutput } from '@voipbin/contracts/contract'
import type { registrarPort } from '@voipbin/contracts/switch-ports'
import type { Logger } from '@voipbin/service-kit'
import {
  type Address,
  bracketed,
  type ClientEnd,
  contactExpiresSeconds,
  contactHeader,
  createRequest,
  cseqHeader,
  DigestClient,
  expiresHeader,
  FailoverRequest,
  fromHeader,
  HeaderList,
  isSameUri,
  MAX_FORWARDS,
  maxForwardsHeader,
  minExpiresHeader,
  nameAddr,
  Params,
  parseUri,
  retryAfterHeader,
  type Scheduler,
  type SipRequest,
  type SipResponse,
  sipUri,
  type Target,
  type TransactionLayer,
  toHeader,
  type Uri,
} from '@voipbin/sip'

export type OutboundAccount = MethodOutput<typeof registrarPort, 'listOutboundRegistrations'>['result'][number]

/** `refused`: the carrier does not want us, or not with this password. `failed`: it could not be asked, or had a trouble of its own. */
export type OutboundState = 'trying' | 'registered' | 'refused' | 'failed' | 'closed'

export type OutboundParts = {
  readonly layer: TransactionLayer
  /** Where a URI leads, first choice first (RFC 3263). */
  readonly resolve: (uri: Uri) => Promise<readonly Target[]>
  /** What our Contact says to a peer. */
  readonly contactAddress: (target: Target) => Address | undefined
  /** Keeps the way from a carrier to us open. */
  readonly sendKeepAlive: (target: Target, failed: () => void) => void
  readonly scheduler: Scheduler
  readonly random: () => number
  readonly newToken: () => string
  readonly log: Logger
}

/** What a registration says where we are, and who took it. */
type Way = { readonly contact: Uri; readonly carrier: Target | undefined }

/** Waits after one failure, and after many (RFC 5626 §4.5). */
const FIRST_RETRY_SECONDS = 30
const LAST_RETRY_SECONDS = 1_800
const MAX_EXPIRES_SECONDS = 86_400
/** As RFC 5626 §4.4 asks of UDP, and often enough for TCP: a NAT between forgets nothing, and a lost connection is noticed. */
const KEEP_ALIVE_MS = 25_000
/** Challenges and 423s in a row that are answered at once: a proxy's, the registrar's own, a nonce that was too old, a longer time. */
const MAX_ASKED_AGAIN = 5
/** How long the end waits for the carrier to have heard of it. */
const GOODBYE_MS = 2_000

/** Keeps one account of ours registered with a carrier (RFC 3261 §10.2): refreshed in time, tried again for ever, ever more seldom. */
export class OutboundRegistration {
  readonly #account: OutboundAccount
  readonly #parts: OutboundParts
  readonly #log: Logger
  readonly #digest: DigestClient
  readonly #identity: { readonly callId: string; readonly fromTag: string }
  #sequence = 0
  #expiresSeconds: number
  #failures = 0
  #askedAgain = 0
  #state: OutboundState = 'trying'
  #targets: readonly Target[] = []
  #cancelTimer = () => {}
  #cancelKeepAlive = () => {}
  #said: (() => void) | undefined

  constructor(account: OutboundAccount, parts: OutboundParts) {
    this.#account = account
    this.#parts = parts
    this.#expiresSeconds = account.expires_s
    this.#digest = new DigestClient({ username: account.username, password: account.password })
    this.#identity = { callId: parts.newToken(), fromTag: parts.newToken() }
    this.#log = parts.log.child({ registrar: account.registrar, aor: account.aor })
    void this.#register()
  }

  get state(): OutboundState {
    return this.#state
  }

  /** Takes the registration back. Resolves when the carrier has answered, or has had its time. */
  async close(): Promise<void> {
    const wasRegistered = this.#state === 'registered'
    this.#cancelTimer()
    this.#cancelKeepAlive()
    this.#state = 'closed'
    if (!wasRegistered) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#said = resolve
    const stop = this.#parts.scheduler.after(GOODBYE_MS, resolve)
    this.#expiresSeconds = 0
    this.#send()
    await promise
    stop()
  }

  async #register(): Promise<void> {
    const uri = parseUri(this.#account.registrar)
    this.#targets = uri ? await this.#parts.resolve(uri).catch(() => []) : []
    if (this.#state !== 'closed') this.#send()
  }

  #send(): void {
    const contact = this.#contact()
    if (!contact) {
      this.#failed('failed', 'its address is not known, or leads nowhere')
      return
    }
    let sent: SipRequest | undefined
    const build = () => {
      sent = this.#request(contact)
      return sent
    }
    let isOver = false
    const finish = (work: () => void) => {
      if (!isOver) work()
      isOver = true
    }
    const attempt: FailoverRequest = new FailoverRequest({
      ...{ layer: this.#parts.layer, targets: this.#targets, build },
      listener: {
        onResponse: (response) => {
          const request = sent
          if (response.status >= 200 && request)
            finish(() => this.#receive(response, request, { contact, carrier: attempt.transaction?.target }))
        },
        onEnd: (end: ClientEnd | 'noTarget') =>
          finish(() => this.#failed('failed', end === 'timedOut' ? 'no answer' : 'it cannot be reached')),
      },
    })
  }

  #receive(response: SipResponse, sent: SipRequest, { contact, carrier }: Way): void {
    const { status, headers } = response
    const isLeaving = this.#state === 'closed'
    const isQuestion = status === 401 || status === 407 || status === 423
    this.#askedAgain = isQuestion ? this.#askedAgain + 1 : 0
    if (isLeaving && status < 300) this.#said?.()
    else if (status < 300) {
      this.#registered(grantedSeconds(response, contact) ?? this.#expiresSeconds)
      if (carrier) this.#keepAlive(carrier)
    } else if (this.#askedAgain > MAX_ASKED_AGAIN) {
      this.#askedAgain = 0
      this.#failed('failed', `${status} again and again`)
    } else if (status === 401 || status === 407) this.#answer(response, sent)
    else if (status === 423 && !isLeaving && this.#raise(headers.one(minExpiresHeader) ?? 0)) this.#send()
    else {
      const isRefusal = status === 403 || status === 404 || status >= 600
      this.#failed(isRefusal ? 'refused' : 'failed', `${status} ${response.reason}`, headers.one(retryAfterHeader)?.seconds)
    }
  }

  /** What is learnt here is put on the next request as it is built: a use of the nonce before would make a refused one look good. */
  #answer(challenge: SipResponse, sent: SipRequest): void {
    const outcome = this.#digest.learn(challenge, sent)
    if (outcome === 'answered') this.#send()
    else this.#failed('refused', outcome === 'refused' ? 'wrong password' : 'a challenge that we cannot answer')
  }

  #registered(seconds: number): void {
    this.#become('registered', 'Registered with a carrier', { expires_s: seconds })
    this.#failures = 0
    // Early enough for a try that fails, never together with all others.
    const afterSeconds = seconds * (0.7 + 0.15 * this.#parts.random())
    this.#tryAfter(Math.max(1, afterSeconds))
  }

  /** Where the way is lost, the carrier is told anew where we are, at once. */
  #keepAlive(carrier: Target): void {
    this.#cancelKeepAlive()
    this.#cancelKeepAlive = this.#parts.scheduler.after(KEEP_ALIVE_MS, () => {
      this.#keepAlive(carrier)
      this.#parts.sendKeepAlive(carrier, () => {
        this.#cancelKeepAlive()
        if (this.#state === 'registered') this.#tryAfter(0)
      })
    })
  }

  /** @param afterSeconds what the carrier asked for */
  #failed(state: 'refused' | 'failed', why: string, afterSeconds = 0): void {
    if (this.#state === 'closed') {
      this.#said?.()
      return
    }
    this.#cancelKeepAlive()
    this.#failures++
    const longest = state === 'refused' ? LAST_RETRY_SECONDS : Math.min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (this.#failures - 1))
    const seconds = Math.max(afterSeconds, longest * (0.5 + 0.5 * this.#parts.random()))
    this.#become(state, 'Cannot register with a carrier', { reason: why, retry_after_s: Math.round(seconds) })
    this.#tryAfter(seconds)
  }

  #become(state: OutboundState, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (state === 'registered' && this.#state === 'registered') this.#log.debug(message, fields)
    else if (state === 'registered') this.#log.info(message, fields)
    else this.#log.warn(message, fields)
    this.#state = state
  }

  #tryAfter(seconds: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#parts.scheduler.after(seconds * 1_000, () => void this.#register())
  }

  /** @returns whether it makes sense to ask again */
  #raise(minSeconds: number): boolean {
    if (minSeconds <= this.#expiresSeconds || minSeconds > MAX_EXPIRES_SECONDS) return false
    this.#expiresSeconds = minSeconds
    return true
  }

  /** Where the carrier is to bring calls: our own address, as it reaches us. */
  #contact(): Uri | undefined {
    const aor = parseUri(this.#account.aor)
    const target = this.#targets[0]
    const address = target && this.#parts.contactAddress(target)
    if (!target || !address || aor?.kind !== 'sip') return undefined
    const params = target.protocol === 'UDP' ? Params.none : Params.of({ transport: target.protocol.toLowerCase() })
    return sipUri({ user: aor.user, host: bracketed(address.host), port: address.port, params })
  }

  #request(contact: Uri): SipRequest {
    const { callId, fromTag } = this.#identity
    const aor = parseUri(this.#account.aor) ?? contact
    const headers = new HeaderList()
      .set(maxForwardsHeader, MAX_FORWARDS)
      .set(fromHeader, nameAddr(aor, Params.of({ tag: fromTag })))
      .set(toHeader, nameAddr(aor))
      .append('Call-ID', callId)
      .set(cseqHeader, { sequence: ++this.#sequence, method: 'REGISTER' })
      .set(contactHeader, nameAddr(contact))
      .set(expiresHeader, this.#expiresSeconds)
    const request = createRequest('REGISTER', parseUri(this.#account.registrar) ?? contact, headers)
    this.#digest.authorise(request)
    return request
  }
}

/** What the carrier gave our contact; its answer names all the bindings that it knows. */
function grantedSeconds({ headers }: SipResponse, contact: Uri): number | undefined {
  const ours = headers.all(contactHeader)?.find((each) => each !== '*' && isSameUri(each.uri, contact))
  return (ours && ours !== '*' ? contactExpiresSeconds(ours) : undefined) ?? headers.one(expiresHeader)
}
