import type { Bus } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { type SwitchContract, switchContract } from '@voipbin/contracts/switch'
import type { offerAnswer, offeredCall } from '@voipbin/contracts/switch-legs'
import { offerContract, registrarPort } from '@voipbin/contracts/switch-ports'
import { type AnyService, type Client, type Clock, createLogger } from '@voipbin/service-kit'
import { fakeService, type System, startSystem } from '@voipbin/test-kit'
import type { z } from 'zod'
import { letEverybodyIn } from '../src/admission/admission.ts'
import type { SwitchParts } from '../src/index.ts'
import { createSwitch } from '../src/index.ts'

export type Offered = z.output<typeof offeredCall>
export type OfferAnswer = z.output<typeof offerAnswer>
export type SwitchEvent = { readonly type: string; readonly data: Readonly<Record<string, unknown>> }

export type StartSwitchOptions = SwitchParts & {
  /** Stands in for `call`: whether an INVITE is taken. Default: every one is. */
  readonly offerCall?: (offered: Offered, node: RunningSwitch) => OfferAnswer | Promise<OfferAnswer>
  /** Settings as in the environment; SIP listens on free ports of 127.0.0.1 unless they say otherwise. */
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly dataDir?: string
  /** A bus that is shared with others and stays open; default: one of its own in memory. */
  readonly bus?: Bus
  /** Services beside it: a registrar. */
  readonly services?: readonly AnyService[]
  /** Somebody else on the bus stands in for `call`. */
  readonly hasOwnCall?: boolean
  /** The front door as in earnest, with a `registrar` on the bus that the test provides. Default: everybody is let in. */
  readonly isGuarded?: boolean
  /** Offers and events are heard of by nobody, and the log goes where that of a switch in earnest goes: for measurements. */
  readonly keepsNothing?: boolean
}

/** A switch of this process, with a stand-in for `call`. */
export type RunningSwitch = {
  readonly system: System
  /** `127.0.0.1:PORT` */
  readonly udp: string
  readonly tcp: string
  /** Commands, with the epoch filled in. */
  readonly command: Commands
  readonly client: Client<SwitchContract>
  readonly epoch: string
  /** Every INVITE that was offered. */
  readonly offers: readonly Offered[]
  /** `node.up` and `node.draining`, in order. */
  readonly beats: readonly SwitchEvent[]
  /** Every event so far, but heartbeats. */
  readonly events: readonly SwitchEvent[]
  /** Resolves with the first event of this type, of this subject where one is given: one that came already, or the next. */
  event(type: string, subjectId?: string): Promise<SwitchEvent>
  close(): Promise<void>
}

type Methods = Exclude<keyof Client<SwitchContract>, 'listChannels' | 'traceCall' | 'probe'>
type Commands = {
  readonly [M in Methods]: (input: Omit<Parameters<Client<SwitchContract>[M]>[0], 'epoch'>) => ReturnType<Client<SwitchContract>[M]>
}

const env = {
  VOIPBIN_SIP_UDP_PORT: '0',
  VOIPBIN_SIP_TCP_PORT: '0',
  VOIPBIN_SWITCH_DRAIN_SECONDS: '0',
  // This machine, and whom tests with a network of their own call.
  VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8,::1/128,192.0.2.0/24',
}

/** Starts a switch. Answer calls from `offerCall`, or command them whenever `event('…')` says that it is time. */
export async function startSwitch(options: StartSwitchOptions): Promise<RunningSwitch> {
  const { services = [] } = options
  const hasRegistrar = services.some(({ contract }) => contract.service === registrarPort.service)
  const offers: Offered[] = []
  const events: SwitchEvent[] = []
  const beats: SwitchEvent[] = []
  const waiting: { matches: (event: SwitchEvent) => boolean; resolve: (event: SwitchEvent) => void }[] = []
  const system = await startSystem({
    services: [createSwitch({ ...options, ...(options.isGuarded ? {} : { admission: options.admission ?? letEverybodyIn }) }), ...services],
    contracts: [switchContract, offerContract, ...(hasRegistrar ? [] : [registrarPort]), ...services.map(({ contract }) => contract)],
    ...(options.bus && { bus: options.bus }),
    env: { ...env, ...options.env },
    ...(options.clock && { clock: options.clock }),
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    ...(options.keepsNothing && { log: createLogger('info', {}) }),
  })
  const receive = ({ type, data }: EventEnvelope) => {
    const event = { type, data: data as SwitchEvent['data'] }
    if (type.startsWith('node.')) {
      beats.push(event)
      return
    }
    events.push(event)
    for (const each of waiting.filter(({ matches }) => matches(event))) {
      waiting.splice(waiting.indexOf(each), 1)
      each.resolve(event)
    }
  }
  const topics = Object.keys(switchContract.events).map((type) => ({ publisher: switchContract.service, type }))
  if (!options.keepsNothing) await system.bus.watch(topics, receive)
  const client = system.client(switchContract, options.env?.['VOIPBIN_SWITCH_NODE'] ?? 'switch')
  const { epoch } = await client.listChannels({})
  const command = Object.fromEntries(
    Object.keys(client).map((name) => [
      name,
      (input: object) => (client[name as Methods] as (given: unknown) => unknown)({ ...input, epoch }),
    ]),
  ) as unknown as Commands
  let closing: Promise<void> | undefined
  const running: RunningSwitch = {
    ...{ system, command, client, epoch, offers, events, beats, ...addresses(system) },
    event(type, subjectId) {
      const matches = (event: SwitchEvent) => event.type === type && (subjectId === undefined || event.data['subject_id'] === subjectId)
      const past = events.find(matches)
      return past ? Promise.resolve(past) : new Promise((resolve) => waiting.push({ matches, resolve }))
    },
    close: () => (closing ??= system.close()),
  }
  const take = ({ id }: Offered): OfferAnswer => ({ decision: 'take', customer_id: crypto.randomUUID(), affinity: id })
  if (options.hasOwnCall) return running
  await fakeService(system.bus, offerContract, {
    offerCall: (offered: Offered) => {
      if (!options.keepsNothing) offers.push(offered)
      return options.offerCall ? options.offerCall(offered, running) : take(offered)
    },
  })
  return running
}

function addresses(system: System): Pick<RunningSwitch, 'udp' | 'tcp'> {
  const said = system.platform.descriptions.join(' ')
  const of = (protocol: string) => new RegExp(`${protocol}:(\\S+)`).exec(said)?.[1] ?? ''
  return { udp: of('udp'), tcp: of('tcp') }
}
