import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMediaEngine, type MediaEngine } from '@voipbin/media'
import { Phone, type PhoneOptions, SAMPLE_RATE_HZ, writeWav } from '@voipbin/phone'
import {
  type OfferAnswer,
  type Offered,
  type RunningSwitch,
  type StartSwitchOptions,
  type SwitchEvent,
  startSwitch,
} from '@voipbin/switch/testing'
import { freePorts } from '../free-ports.ts'
import { Channel } from './channel.ts'

/** What the stand-in for `call` does with a call once it took it. */
export type Script<T> = (channel: Channel, offered: Offered) => Promise<T>

type Serving = { readonly run: (channel: Channel, offered: Offered) => void; readonly answer: (offered: Offered) => OfferAnswer }

export type SceneOptions = Omit<Partial<StartSwitchOptions>, 'offerCall'> & { readonly workers?: number }

const MEDIA_PORTS = 160
const WAIT_MS = 10_000

/** A switch with its real media, a stand-in for `call` that plays scripts, and phones. */
export class Scene {
  readonly node: RunningSwitch
  readonly engine: MediaEngine
  readonly customerId = crypto.randomUUID()
  readonly #serving: Map<string, Serving[]>
  readonly #phones: Phone[] = []
  readonly #web: Server
  readonly #files = new Map<string, Buffer>()

  private constructor(parts: { node: RunningSwitch; engine: MediaEngine; serving: Map<string, Serving[]>; web: Server }) {
    this.node = parts.node
    this.engine = parts.engine
    this.#serving = parts.serving
    this.#web = parts.web
    this.#web.on('request', ({ url = '' }, response) => {
      const file = this.#files.get(url)
      response.writeHead(file ? 200 : 404, { 'content-type': 'audio/wav' }).end(file)
    })
  }

  static async open({ workers = 1, ...options }: SceneOptions = {}): Promise<Scene> {
    const firstPort = await freePorts(MEDIA_PORTS)
    const engine = createMediaEngine({ firstPort, lastPort: firstPort + MEDIA_PORTS - 1, workers })
    const serving = new Map<string, Serving[]>()
    let scene: Scene | undefined
    const node = await startSwitch({
      openEngine: () => engine,
      ...options,
      offerCall: (offered) => scene?.offer(offered) ?? { decision: 'reject', cause: 41 },
    })
    const web = createServer().listen(0, '127.0.0.1')
    await once(web, 'listening')
    scene = new Scene({ node, engine, serving, web })
    return scene
  }

  /** `sip:user@127.0.0.1:port` of the switch. */
  uri(user: string, { transport = 'UDP' as 'UDP' | 'TCP' } = {}): string {
    return transport === 'TCP' ? `sip:${user}@${this.node.tcp};transport=tcp` : `sip:${user}@${this.node.udp}`
  }

  /** Those that were opened, in order. */
  get phones(): readonly Phone[] {
    return this.#phones
  }

  async phone(options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const phone = await Phone.open({ user: 'alice', ...options })
    this.#phones.push(phone)
    return phone
  }

  /** Takes the next call for a user and plays its script; resolves with what that returns. Fails where none comes. */
  serve<T>(user: string, script: Script<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const timer = setTimeout(() => reject(new Error(`No call for "${user}" was offered`)), WAIT_MS)
    this.#add(user, {
      answer: ({ id }) => ({ decision: 'take', customer_id: this.customerId, affinity: id }),
      run(channel, offered) {
        clearTimeout(timer)
        script(channel, offered).then(resolve, reject)
      },
    })
    // Whoever awaits it hears of it; a test that has failed before that should not end the run as well.
    promise.catch(() => {})
    return promise
  }

  /** Rejects the next call for a user. */
  refuse(user: string, answer: Omit<Extract<OfferAnswer, { decision: 'reject' }>, 'decision'>): void {
    this.#add(user, { answer: () => ({ decision: 'reject', ...answer }), run: () => {} })
  }

  /** Dials a leg; `fields` over what a leg needs at least. */
  async dial(destination: string, fields: Partial<Parameters<RunningSwitch['command']['dial']>[0]> = {}): Promise<Channel> {
    const id = crypto.randomUUID()
    const leg = { id, customer_id: this.customerId, affinity: id, destination, from: { user: '1000' }, ...fields }
    const { result, rule } = await this.node.command.dial(leg)
    if (result !== 'ok') throw new Error(`dial was answered "${result}" (${rule})`)
    return new Channel(this, id)
  }

  /** A bridge with its id. */
  async bridge(affinity: string = crypto.randomUUID()): Promise<string> {
    const id = crypto.randomUUID()
    await this.node.command.createBridge({ id, customer_id: this.customerId, affinity })
    return id
  }

  /** Samples as a WAV on a web server of this machine. @returns its URL */
  publish(samples: Int16Array, sampleRateHz = SAMPLE_RATE_HZ): string {
    const path = `/${crypto.randomUUID()}.wav`
    this.#files.set(path, writeWav(samples, sampleRateHz))
    return `http://127.0.0.1:${(this.#web.address() as AddressInfo).port}${path}`
  }

  /** The first event of the switch, past or to come, that is meant. @throws Error when it did not come in time */
  async until(
    type: string,
    matches: (data: SwitchEvent['data']) => boolean = () => true,
    timeoutMs = WAIT_MS,
  ): Promise<SwitchEvent['data']> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const found = this.node.events.find((event) => event.type === type && matches(event.data))
      if (found) return found.data
      if (performance.now() > until) throw new Error(`No ${type} in ${timeoutMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** For the stand-in. */
  offer(offered: Offered): OfferAnswer {
    const serving = this.#serving.get(offered.destination_user)?.shift()
    if (!serving) return { decision: 'reject', cause: 1 }
    setImmediate(() => serving.run(new Channel(this, offered.id), offered))
    return serving.answer(offered)
  }

  async close(): Promise<void> {
    await Promise.all(this.#phones.map((phone) => phone.close()))
    await this.node.close()
    this.#web.closeAllConnections()
    this.#web.close()
  }

  #add(user: string, serving: Serving): void {
    this.#serving.set(user, [...(this.#serving.get(user) ?? []), serving])
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
