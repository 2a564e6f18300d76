import { callContract } from '@voipbin/contracts/call'
import type { Call, Confbridge } from '@voipbin/contracts/call-entities'
import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { notFound } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type Outcome, type SwitchContract, switchContract } from '@voipbin/contracts/switch'
import { ttsContract } from '@voipbin/contracts/tts'
import { nodeAddress } from '@voipbin/service-kit'
import { createFakeClock, fakeService, publishEvent, recordEvents, startSystem } from '@voipbin/test-kit'
import { ttsService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'
export const EPOCH = '99999999-9999-4999-8999-999999999999'
const NODE = 'node-1'
const columns = { customer_id, tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }
const nowhere = { type: 'sip' as const, target: 'a@b', target_name: '', name: '', detail: '' }

export const aCall = (more: Partial<Call> = {}): Call => ({
  ...{ ...columns, id: crypto.randomUUID(), owner_type: '', owner_id: NIL_ID, type: 'flow', flow_id: NIL_ID, activeflow_id: NIL_ID },
  ...{ master_call_id: NIL_ID, chained_call_ids: [], groupcall_id: NIL_ID, recording_id: NIL_ID, recording_ids: [] },
  ...{ external_media_ids: [], source: nowhere, destination: nowhere, status: 'progressing', direction: 'incoming', mute_direction: '' },
  ...{ hangup_by: '', hangup_reason: '', refused_by: '', action: null, metadata: null, tm_ringing: null, tm_progressing: null },
  ...{ tm_hangup: null, node_id: NODE, epoch: EPOCH, channel_id: NIL_ID, sip_call_id: '', identity_id: NIL_ID, confbridge_id: NIL_ID },
  ...{ execution_id: NIL_ID, is_wait_over: false, pending_actions: [], is_flow_over: false, collected: '', digits: '' },
  ...{ has_early_execution: false, is_anonymous: false, variables: {}, dialroutes: [], dialroute_index: 0, via: [], ...more },
})

/** What a node makes of what one stream is told: each item once, and nothing from before the last flush. */
function createStream() {
  const known = new Set<string>()
  const queue: string[] = []
  let flushed = 0
  const flush = (flushes: number) => {
    if (flushes <= flushed) return
    flushed = flushes
    queue.length = 0
  }
  return {
    queue,
    take(method: string, { flushes, item_id, mark }: Readonly<Record<string, unknown>>): Outcome {
      if (['feedStream', 'markStream', 'flushStream'].includes(method)) flush(Number(flushes))
      if (method === 'flushStream' || flushes === undefined) return { result: 'ok', rule: '' }
      if (Number(flushes) < flushed) return { result: 'refused', rule: 'STREAM_FLUSHED' }
      const item = String(item_id ?? mark)
      if (!known.has(item)) queue.push(item.replace(/:.*/, ''))
      known.add(item)
      return { result: 'ok', rule: '' }
    },
  }
}

type Asked = { readonly method: string; readonly input: Readonly<Record<string, unknown>> }

/** The tts service on a fake clock. Calls are those that a test says; a node remembers what it is told, and a test tells for it. */
export async function startSpeakings(dataDir: string, sqlUrl = 'sqlite:') {
  const clock = createFakeClock()
  const contracts = [ttsContract, callContract, switchContract, customerContract]
  const system = await startSystem({ services: [ttsService], contracts, clock, dataDir, sqlUrl })
  const calls = new Map<string, Call>()
  const rooms = new Map<string, Confbridge>()
  const asked: Asked[] = []
  const state = { answer: (_method: string): Outcome => ({ result: 'ok', rule: '' }), onAsked: async (_asked: Asked): Promise<void> => {} }
  const stream = createStream()
  const answers = Object.keys(switchContract.methods).map((method) => [
    method,
    async (input: Asked['input']) => {
      asked.push({ method, input })
      await state.onAsked({ method, input })
      const answer = state.answer(method)
      return answer.result === 'ok' ? stream.take(method, input) : answer
    },
  ])
  await fakeService(system.bus, { ...switchContract, service: nodeAddress('switch', NODE) }, Object.fromEntries(answers))
  const find = <T>(known: ReadonlyMap<string, T>, name: string, id: string): T => {
    const found = known.get(id)
    if (!found) throw notFound(name, id)
    return found
  }
  await fakeService(system.bus, callContract, {
    getCall: ({ id }: { id: string }) => find(calls, 'call', id),
    getConfbridge: ({ id }: { id: string }) => find(rooms, 'confbridge', id),
  })
  /** Until no job is due or under way. The engine that speaks takes time of its own, so the clock goes no faster than that. */
  const finish = async () => {
    const { jobs, engine } = system.platform.services.flatMap(({ database }) => database ?? [])[0] ?? {}
    if (!jobs || !engine) throw new TypeError('There is no database')
    do {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await clock.advance(5)
    } while ((await jobs.due(engine.reader, clock.time(), 1)).length > 0 || (await jobs.counts(engine.reader)).running > 0)
  }
  const log = await recordEvents(system.bus, [ttsContract])
  const tell = <E extends EventType<SwitchContract>>(type: E, stream_id: string, more: object = {}) =>
    publishEvent(system.bus, switchContract, type, {
      ...{
        node_id: NODE,
        epoch: EPOCH,
        customer_id,
        subject_id: stream_id,
        seq: 1,
        subject: { kind: 'channel', id: stream_id },
        stream_id,
      },
      ...more,
    } as unknown as EventPayload<SwitchContract, E>)
  return {
    ...{ system, clock, calls, rooms, asked, state, tell },
    queue: stream.queue,
    client: system.client(ttsContract),
    finish,
    events: () => log.events.map(({ type }) => type),
    /** What the node was told, in short: `feed`, `mark start`. */
    told: () =>
      asked.map(({ method, input }) =>
        method === 'markStream' ? `mark ${String(input['mark']).split(':')[0]}` : method.replace('Stream', ''),
      ),
    call(more: Partial<Call> = {}): string {
      const call = aCall(more)
      calls.set(call.id, call)
      return call.id
    },
    close: () => system.close(),
  }
}
export type Speakings = Awaited<ReturnType<typeof startSpeakings>>
