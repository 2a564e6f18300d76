import type { Agent } from '@voipbin/contracts/agent'
import { agentContract } from '@voipbin/contracts/agent'
import { callContract } from '@voipbin/contracts/call'
import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { notFound, ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type FlowStep, flowContract } from '@voipbin/contracts/flow'
import { type Action, action, actionOptions, actionRules } from '@voipbin/contracts/flow-actions'
import { numberContract } from '@voipbin/contracts/number'
import { registrarContract } from '@voipbin/contracts/registrar'
import { routeContract } from '@voipbin/contracts/route'
import { storageContract } from '@voipbin/contracts/storage'
import { type SwitchContract, switchContract } from '@voipbin/contracts/switch'
import { speechPort } from '@voipbin/contracts/tts-port'
import { aCustomer, createFakeClock, type FakeClock, fakeService, publishEvent, startSystem } from '@voipbin/test-kit'
import { callService } from '../src/index.ts'

export const customer = aCustomer()
export const NODE = 'node-1'
export const EPOCH = '99999999-9999-4999-8999-999999999999'
export const NUMBER = '+15551000'
/** As a flow hands them over: with all their options. */
export const acts = (...given: object[]): Action[] =>
  given.map((each) => {
    const parsed = action.parse(each)
    return { ...parsed, option: actionOptions[parsed.type].parse(parsed.option) }
  })

type Told = { readonly method: string; readonly input: Readonly<Record<string, unknown>> }
type Answer = { result: 'ok' | 'gone' | 'refused'; rule: string }

/** The call service on a fake clock. Its neighbours are faked: a switch node that remembers commands, a flow that is walked through. */
export async function startCalls(options: { sqlUrl?: string; clock?: FakeClock } = {}) {
  const clock = options.clock ?? createFakeClock()
  const system = await startSystem({
    ...{ services: [callService], clock, ...(options.sqlUrl ? { sqlUrl: options.sqlUrl } : {}) },
    contracts: [
      callContract,
      switchContract,
      flowContract,
      customerContract,
      directContract,
      agentContract,
      registrarContract,
      storageContract,
    ],
  })
  const told: Told[] = []
  const kept: Told[] = []
  const state = {
    answer: { result: 'ok', rule: '' } as Answer,
    /** The node cannot be reached. */
    isAway: false,
    flow: acts({ type: 'answer' }),
    spoken: [] as string[],
    /** Speech is made when this has resolved. */
    voice: Promise.resolve(),
    status: 'active',
    /** Ways to numbers of the telephone network. */
    dialroutes: [] as object[],
    /** The flow service refuses actions. */
    broken: false,
    /** What looking for a way, or for contacts, fails with. */
    lookup: undefined as ServiceError | undefined,
    /** Contacts by extension. */
    bindings: {} as Record<string, string[]>,
    extensions: {} as Record<string, string>,
    agents: {} as Record<string, Pick<Agent, 'addresses' | 'ring_method'>>,
    identity: 'verified',
    /** Numbers beside the one that is called: whose they are. */
    numbers: {} as Record<string, { id: string; customer_id: string; is_virtual: boolean }>,
  }
  const command = (method: string) => async (input: Record<string, unknown>) => {
    if (state.isAway) throw new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'the node is away')
    told.push({ method, input })
    return state.answer
  }
  const methods = Object.keys(switchContract.methods)
  const node = await fakeNode(system.bus, Object.fromEntries(methods.map((method) => [method, command(method)])))
  const flow = fakeFlow(state)
  const closing = [
    node,
    await fakeService(system.bus, flowContract, flow.answers),
    await fakeService(system.bus, customerContract, {
      getCustomer: () => ({ ...customer, status: state.status, identity_verification_status: state.identity }),
    }),
    await fakeService(system.bus, numberContract, {
      getNumber({ id }: { id: string }) {
        const found = Object.entries(state.numbers).find(([, known]) => known.id === id)
        if (!found) throw notFound('number', id)
        return aNumber(found[0], found[1])
      },
      findNumber: ({ number }: { number: string }) => ({
        number:
          number === NUMBER
            ? { id: crypto.randomUUID(), customer_id: customer.id, number, call_flow_id: crypto.randomUUID(), is_virtual: false }
            : state.numbers[number]
              ? { ...state.numbers[number], number, call_flow_id: NIL_ID }
              : null,
      }),
    }),
    await fakeService(system.bus, speechPort, {
      checkSpeech: ({ speeches }: { speeches: { provider: string }[] }) => ({
        providers: ['flite'],
        problems: speeches.flatMap(({ provider }, index) =>
          provider === 'nobody' ? [{ index, field: 'provider', reason: 'SPEECH_PROVIDER_UNKNOWN', rule: 'must be flite' }] : [],
        ),
      }),
      makeSpeech: async ({ text }: { text: string }) => {
        state.spoken.push(text)
        await state.voice
        if (text === 'no voice') throw new ServiceError('UNAVAILABLE', 'SPEECH_UNAVAILABLE', 'no provider could')
        if (text === 'broken') throw new TypeError('no voice')
        return { url: `https://speech.example/${encodeURIComponent(text)}.wav`, duration_ms: 1000 }
      },
    }),
    await fakeService(system.bus, routeContract, {
      listDialroutes() {
        if (state.lookup) throw state.lookup
        return { dialroutes: state.dialroutes }
      },
      listCarrierHosts: () => ({ hosts: ['sip.carrier.example'] }),
    }),
    await fakeService(system.bus, registrarContract, fakeRegistrar(state)),
    await fakeService(system.bus, agentContract, {
      getAgent: ({ id }: { id: string }) => ({ ...anAgent(id), ...found('agent', state.agents, id) }),
    }),
    await fakeService(system.bus, directContract, {}),
    await fakeService(system.bus, storageContract, {
      keepRecording(input: Told['input']) {
        kept.push({ method: 'keep', input })
        return { is_kept: true }
      },
      dropRecording(input: Told['input']) {
        kept.push({ method: 'drop', input })
        return {}
      },
    }),
  ]
  const client = system.client(callContract)
  let seq = 0

  /** The node tells of something that happened on a channel. */
  function tell<E extends EventType<SwitchContract>>(type: E, channel_id: string, more: object = {}) {
    const common = { node_id: NODE, epoch: EPOCH, customer_id: customer.id, subject_id: channel_id, seq: ++seq, channel_id }
    return publishEvent(system.bus, switchContract, type, { ...common, ...more } as unknown as EventPayload<SwitchContract, E>)
  }
  const settle = () => clock.advance(50)

  return {
    ...{ system, clock, client, told, kept, state, tell, settle, flow },
    commands: () => told.map(({ method }) => method),
    /** An INVITE comes in. @returns the call's id */
    async offer(more: object = {}): Promise<{ id: string; decision: Awaited<ReturnType<typeof client.offerCall>> }> {
      const id = crypto.randomUUID()
      const decision = await client.offerCall({
        ...{ node_id: NODE, epoch: EPOCH, id, customer_id: NIL_ID, identified_by: 'none', identity_id: NIL_ID, sip_call_id: `${id}@test` },
        ...{
          destination_user: NUMBER,
          destination_host: 'sip.voipbin.test',
          from_user: '+15552000',
          from_name: 'Ann',
          from_host: '192.0.2.1',
        },
        ...{
          asserted_identity: '',
          diversion: '',
          is_anonymous: false,
          source: '192.0.2.1:5060',
          transport: 'udp',
          headers: [],
          has_offer: true,
        },
        ...more,
      })
      await settle()
      return { id, decision }
    },
    answered: (id: string) => tell('channel.answered', id, { codec: 'PCMU' }).then(settle),
    digit: (id: string, digit: string) => tell('channel.digit', id, { digit, duration_ms: 100, method: 'rfc4733' }).then(settle),
    played: async (id: string, reason = 'finished') => {
      const { execution_id: playback_id } = await client.getCall({ id })
      await tell('playback.ended', id, { subject: { kind: 'channel', id }, playback_id, reason, played_ms: 1000, error: '' })
      await settle()
    },
    ended: async (id: string, end: object = {}) => {
      const how = { cause: 16, sip_status: 0, by: 'remote', tag: '', text: '' }
      await tell('channel.ended', id, { end: { ...how, ...end }, quality: null, sip_call_id: '' })
      await settle()
    },
    /** What becomes of a recording on its call's channel. */
    recorded: async (id: string, type: 'started' | 'ended' | 'failed', recording_id: string, more: object = {}) => {
      const ended = { reason: 'stopped', duration_ms: 3000, octets: 96_044, file: `/recordings/${recording_id}.wav` }
      const how = type === 'ended' ? ended : type === 'failed' ? { error: 'ENOSPC' } : {}
      await tell(`recording.${type}`, id, { subject: { kind: 'channel', id }, recording_id, ...how, ...more })
      await settle()
    },
    /** The file of a recording is in the blob store, or could not be brought there. */
    stored: async (recording_id: string, more: object = {}) => {
      const how = { recording_id, is_stored: true, error: '', octets: 96_044, duration_ms: 3000 }
      await tell('recording.stored', recording_id, { ...how, ...more })
      await settle()
    },
    /** Storage has the file of a recording, or no more. */
    async filed(type: 'file_created' | 'file_deleted', recording_id: string) {
      const file = { id: recording_id, customer_id: customer.id, reference_type: 'recording', reference_id: recording_id, filesize: 96_044 }
      await publishEvent(system.bus, storageContract, type, file as unknown as EventPayload<typeof storageContract, 'file_created'>)
      await settle()
    },
    ringing: (id: string, has_early_media = false) =>
      tell('channel.progress', id, { is_ringing: true, has_early_media, sip_status: has_early_media ? 183 : 180 }).then(settle),
    joined: (id: string, bridge_id: string) => tell('bridge.joined', id, { bridge_id }).then(settle),
    left: (id: string, bridge_id: string) => tell('bridge.left', id, { bridge_id }).then(settle),
    /** Of commands of one kind, what they were given. */
    toldTo: (method: string) => told.filter((each) => each.method === method).map(({ input }) => input),
    async beat(epoch = EPOCH, node_id = NODE) {
      await publishEvent(system.bus, switchContract, 'node.up', { node_id, epoch, channels: 0, capacity: 100, capabilities: [] })
      await settle()
    },
    async close() {
      await Promise.all(closing.map((each) => each.close()))
      await system.close()
    },
  }
}
export type Calls = Awaited<ReturnType<typeof startCalls>>

function found<T>(entity: string, table: Record<string, T>, id: string): T {
  const row = table[id]
  if (row === undefined) throw notFound(entity, id)
  return row
}

const unused = {
  tm_create: '2026-01-31T08:00:00.000000Z',
  tm_update: null,
  tm_delete: null,
  version: 1,
  customer_id: customer.id,
  name: '',
  detail: '',
}
const anAgent = (id: string) => ({
  ...{ id, ...unused, username: 'ann', ring_method: 'ringall', status: 'available', permission: 16, tag_ids: [], addresses: [] },
  ...{ direct_hash: '', tm_password: null, password_hash: '' },
})

type Phones = { bindings: Record<string, string[]>; extensions: Record<string, string>; lookup: ServiceError | undefined }

function fakeRegistrar(state: Phones) {
  return {
    getExtension({ id }: { id: string }) {
      const [extension] = Object.entries(state.extensions).find(([, known]) => known === id) ?? []
      if (extension === undefined) throw notFound('extension', id)
      return { ...anExtension(id), extension }
    },
    listBindings: ({ identity_id }: { identity_id: string }) => ({
      bindings: (state.bindings[identity_id] ?? []).map((contact) => ({
        ...{
          contact,
          node_id: NODE,
          flow: `flow of ${contact}`,
          source: 'udp:192.0.2.1:5060',
          user_agent: '',
          sip_call_id: '',
          cseq: 1,
          q: 1000,
        },
        tm_expire: '2030-01-31T08:00:00.000000Z',
      })),
    }),
    getExtensionByName({ extension }: { extension: string }) {
      if (state.lookup) throw state.lookup
      return {
        ...{ id: found('extension', state.extensions, extension), ...unused, extension, domain_name: customer.id, username: extension },
        ...{ direct_hash: '', digest_algorithm: 'MD5', realm: '', sip_address: '', ha1_md5: '', ha1_sha256: '' },
      }
    },
  }
}

const fakeNode = (bus: Parameters<typeof fakeService>[0], answers: Parameters<typeof fakeService>[2]) =>
  fakeService(bus, { ...switchContract, service: `switch.${NODE}` }, answers)

/** A flow whose actions run one wait after the other, whatever it is asked. */
function fakeFlow(state: { flow: Action[]; broken: boolean }) {
  const asked: { method: string; input: Readonly<Record<string, unknown>> }[] = []
  let held = Promise.resolve()
  const running = new Map<string, { left: Action[]; execution_id: string }>()
  function step(id: string): FlowStep {
    const flow = running.get(id) ?? { left: [], execution_id: NIL_ID }
    const actions: Action[] = []
    for (let next = flow.left.shift(); next; next = flow.left.shift()) {
      const { holds, runsIn } = actionRules[next.type]
      if (holds && runsIn === 'flow') {
        flow.execution_id = crypto.randomUUID()
        return { activeflow_id: id, state: 'wait', execution_id: flow.execution_id, actions }
      }
      actions.push(next)
      if (actionRules[next.type].holds && next.option['async'] !== true) break
    }
    const last = actions.at(-1)
    const isWait = last !== undefined && actionRules[last.type].holds && last.option['async'] !== true
    flow.execution_id = isWait ? crypto.randomUUID() : NIL_ID
    return { activeflow_id: id, state: isWait ? 'run' : 'ended', execution_id: flow.execution_id, actions }
  }
  const answers = {
    checkActions({ actions }: { actions: Action[] }) {
      if (state.broken) throw new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'Cannot check actions: broken')
      return { actions }
    },
    async startActiveflow(input: { id: string; actions: Action[] }) {
      asked.push({ method: 'startActiveflow', input })
      await held
      const left = (input.actions.length > 0 ? input.actions : state.flow).map((each) => ({ ...each, id: crypto.randomUUID() }))
      running.set(input.id, { left, execution_id: NIL_ID })
      return step(input.id)
    },
    nextAction(input: { id: string; execution_id: string }) {
      asked.push({ method: 'nextAction', input })
      const isStale = running.get(input.id)?.execution_id !== input.execution_id
      return isStale ? { activeflow_id: input.id, state: 'stale', execution_id: NIL_ID, actions: [] } : step(input.id)
    },
    endActiveflow(input: { id: string }) {
      asked.push({ method: 'endActiveflow', input })
      throw notFound('activeflow', input.id)
    },
  }
  return {
    ...{ asked, answers },
    /** Has the start of a flow take until then. */
    hold(until: Promise<void>) {
      held = until
    },
  }
}

const columns = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }

const aNumber = (number: string, { id, customer_id, is_virtual }: { id: string; customer_id: string; is_virtual: boolean }) => ({
  ...{ ...columns, id, customer_id, number, type: is_virtual ? 'virtual' : 'normal', name: '', detail: '', status: 'active' },
  ...{ call_flow_id: NIL_ID, message_flow_id: NIL_ID, t38_enabled: false, emergency_enabled: false, metadata: { rtp_debug: false } },
  ...{ provider_name: 'local', provider_reference_id: '', tm_purchase: null, tm_renew: null },
})

const anExtension = (id: string) => ({
  ...{ ...columns, id, customer_id: customer.id, name: '', detail: '', extension: '1000', domain_name: customer.id, username: '1000' },
  ...{ direct_hash: 'direct.0123456789ab', digest_algorithm: 'MD5', realm: 'r', sip_address: '1000@r', ha1_md5: '', ha1_sha256: '' },
})

/** An incoming call that is answered, does this, and stays. @returns its id */
export async function callDoing(calls: Calls, ...actions: object[]): Promise<string> {
  calls.state.flow = acts({ type: 'answer' }, ...actions, { type: 'sleep', option: { duration: 600_000 } })
  const { id } = await calls.offer()
  await calls.answered(id)
  return id
}
