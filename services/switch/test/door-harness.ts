import { NIL_ID } from '@voipbin/contracts/fields'
import type { SipBinding } from '@voipbin/contracts/switch-legs'
import type { SipUser } from '@voipbin/contracts/switch-ports'
import { createLogger, type Environment, loadConfig } from '@voipbin/service-kit'
import {
  type DigestClient,
  type Flow,
  type Protocol,
  parseDatagram,
  passwordDigest,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  TransactionLayer,
  type TransactionLayerOptions,
  type TransportPort,
} from '@voipbin/sip'
import { createFakeClock } from '@voipbin/test-kit'
import type { Verdict } from '../src/admission/admission.ts'
import { type FrontDoor, type FrontDoorOptions, openFrontDoor } from '../src/admission/front-door.ts'
import { admissionSettings } from '../src/admission/settings.ts'

export const realm = 'c1.registrar.voipbin.test'
export const customer_id = '11111111-1111-4111-8111-111111111111'
export const password = 'correct horse'
type Port = FrontDoorOptions['registrar']
type Source = Awaited<ReturnType<Port['identifySource']>>

export const aUser = (name: string, fields: Partial<SipUser> = {}): SipUser => ({
  ...{ customer_id, identity_kind: 'extension', identity_id: '22222222-2222-4222-8222-222222222222', realm, aor_user: name },
  digest: (['MD5', 'SHA-256'] as const).map((algorithm) => ({
    algorithm,
    ha1: passwordDigest(algorithm, { username: name, realm, password }),
  })),
  max_contacts: 3,
  ...fields,
})

/** The front door on a clock that stands still, a network that only remembers, and a registrar that answers from memory. */
export class DoorHarness {
  readonly clock = createFakeClock()
  readonly sent: SipResponse[] = []
  readonly verdicts: Verdict[] = []
  readonly transactions: ServerTransaction[] = []
  readonly keptAlive: Flow[] = []
  readonly logs: Record<string, unknown>[] = []
  readonly counted = new Map<string, number>()
  readonly asked: string[] = []
  readonly users = new Map<string, SipUser>([['1000', aUser('1000')]])
  readonly updates: Parameters<Port['updateBindings']>[0][] = []
  readonly released: string[] = []
  bindings: SipBinding[] = []
  source: Source = { verdict: 'challenge', realm, algorithm: 'MD5', customer_id, identity_id: NIL_ID }
  failure: Error | undefined
  failUpdates: Error | undefined
  /** What happens while bindings are stored. */
  meanwhile: (() => void) | undefined
  isSilent = false
  load: ReturnType<FrontDoorOptions['load']> = { calls: 0, capacity: 10, pendingOffers: 0 }
  readonly door: FrontDoor
  readonly layer: TransactionLayer

  constructor(env: Environment = {}) {
    let tags = 0
    const metrics = { ...noMetrics, counter: () => ({ add: (labels = {}) => this.#add(Object.values(labels).join(' ')) }) }
    this.door = openFrontDoor({
      settings: loadConfig(admissionSettings, env),
      clock: this.clock,
      log: createLogger('debug', {}, { write: (line) => void this.logs.push(JSON.parse(line) as Record<string, unknown>) }),
      metrics,
      node: { id: 'n1', epoch: 'e1' },
      registrar: this.#registrar(),
      capabilities: {
        ...{ methods: ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS'], schemes: ['sip'], extensions: ['replaces'] },
        ...{ bodies: ['application/sdp'], answerBody: 'application/sdp' },
      },
      newTag: () => `t${++tags}`,
      bound: () => new Map([['lan', { host: '192.0.2.1', port: 5060 }]]),
      sendKeepAlive: (flow) => void this.keptAlive.push(flow),
      load: () => this.load,
    })
    this.layer = new TransactionLayer(this.#layerOptions())
  }

  flow(host = '192.0.2.7', { port = 5060, protocol = 'UDP' as Protocol, connection = 0 } = {}): Flow {
    return { protocol, listener: 'lan', local: { host: '192.0.2.1', port: 5060 }, remote: { host, port }, connection }
  }

  /** Receives a request and lets all of its consequences happen. @returns the response that it got, if any */
  async receive(request: SipRequest, flow = this.flow()): Promise<SipResponse | undefined> {
    const before = this.sent.length
    this.layer.receive(request, flow)
    await this.clock.settle()
    return this.sent[before]
  }

  /** Receives a datagram as the transport does. @returns the response that it got, and whether it was never parsed */
  async receiveDatagram(octets: Buffer, flow = this.flow()): Promise<{ answer: SipResponse | undefined; isUnparsed: boolean }> {
    const before = this.sent.length
    const isUnparsed = this.layer.receiveAtAGlance(octets, flow)
    const message = parseDatagram(octets)
    if (!isUnparsed && message.kind === 'request') this.layer.receive(message, flow)
    await this.clock.settle()
    return { answer: this.sent[before], isUnparsed }
  }

  /** Sends a request, answers the challenge, and sends it again, as a phone does. */
  async receiveWithDigest(client: DigestClient, make: () => SipRequest, flow = this.flow()): Promise<SipResponse | undefined> {
    const first = make()
    const challenge = await this.receive(first, flow)
    if (challenge?.status !== 401) return challenge
    const second = make()
    client.answer(challenge, first, second)
    return this.receive(second, flow)
  }

  #add(key: string): void {
    this.counted.set(key, (this.counted.get(key) ?? 0) + 1)
  }

  #registrar(): Port {
    const answer = async <T>(name: string, value: () => T): Promise<T> => {
      this.asked.push(name)
      if (this.isSilent) await new Promise(() => {})
      if (this.failure) throw this.failure
      return value()
    }
    return {
      identifySource: () => answer('identifySource', () => this.source),
      findSipUser: ({ username }) => answer('findSipUser', () => ({ user: this.users.get(username) ?? null })),
      updateBindings: (input) =>
        answer('updateBindings', () => {
          if (this.failUpdates) throw this.failUpdates
          this.updates.push(input)
          this.meanwhile?.()
          return { bindings: this.bindings }
        }),
      releaseFlow: ({ flow }) => answer('releaseFlow', () => void this.released.push(flow)).then(() => ({})),
      listBindings: () => answer('listBindings', () => ({ bindings: this.bindings })),
      listOutboundRegistrations: () => answer('listOutboundRegistrations', () => ({ result: [] })),
    }
  }

  #layerOptions(): TransactionLayerOptions {
    const transport: TransportPort = {
      route: () => undefined,
      sendRequest: () => {},
      sendResponse: (octets) => {
        const message = parseDatagram(octets)
        if (message.kind === 'response') this.sent.push(message)
      },
    }
    return {
      ...{ transport, scheduler: this.clock, screen: this.door.screen },
      glance: { ...this.door.glance, send: (octets, path) => transport.sendResponse(octets, path, () => {}) },
      user: {
        onRequest: (request, transaction) => {
          this.transactions.push(transaction)
          void Promise.resolve(this.door.admit(request, { flow: transaction.flow, transaction })).then((verdict) =>
            this.verdicts.push(verdict),
          )
        },
        onAck: () => {},
        onStraySuccess: () => {},
      },
    }
  }
}

const noMetrics = {
  histogram: () => ({ observe: () => {} }),
  gauge: () => {},
  render: async () => '',
  contentType: '',
}

let made = 0

export type RequestFields = {
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly headers?: string
  readonly callId?: string
  readonly cseq?: number
}

/** A request as it would have been parsed, each with a transaction of its own. */
export function aRequest(method: string, fields: RequestFields = {}): SipRequest {
  const id = ++made
  const { uri = `sip:${realm}`, from = `<sip:1000@${realm}>;tag=f${id}`, to = `<sip:1000@${realm}>`, headers = '' } = fields
  const lines = [
    ...[`${method} ${uri} SIP/2.0`, `Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK${id}`, `From: ${from}`, `To: ${to}`],
    ...[`Call-ID: ${fields.callId ?? `c${id}`}`, `CSeq: ${fields.cseq ?? id} ${method}`, ...headers.split('\n').filter(Boolean), '', ''],
  ]
  const parsed = parseDatagram(Buffer.from(lines.join('\r\n')))
  if (parsed.kind !== 'request') throw new TypeError(JSON.stringify(parsed))
  return parsed
}
