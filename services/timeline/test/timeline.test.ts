import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openFolderStore } from '@voipbin/blob'
import { callContract } from '@voipbin/contracts/call'
import type { Call } from '@voipbin/contracts/call-entities'
import { type Contract, type EventPayload, type EventType, eventDeclaration } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { switchContract } from '@voipbin/contracts/switch'
import { formatTime } from '@voipbin/contracts/time'
import { timelineContract } from '@voipbin/contracts/timeline'
import { createIds } from '@voipbin/service-kit'
import { aCustomer, createFakeClock, type FakeClock, fakeService, finishJobs, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { timelineService } from '../src/index.ts'

const acme = aCustomer()
const other = aCustomer()
const columns = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }
const DAY_MS = 86_400_000
const nowhere = { type: 'sip' as const, target: 'a@b', target_name: '', name: '', detail: '' }

const aCall = (more: Partial<Call> = {}): Call => ({
  ...{ ...columns, id: crypto.randomUUID(), customer_id: acme.id, owner_type: '', owner_id: NIL_ID, type: 'flow', flow_id: NIL_ID },
  ...{ activeflow_id: crypto.randomUUID(), master_call_id: NIL_ID, chained_call_ids: [], groupcall_id: NIL_ID },
  ...{
    recording_id: NIL_ID,
    recording_ids: [],
    external_media_ids: [],
    source: nowhere,
    destination: nowhere,
    status: 'ringing',
    direction: 'incoming',
  },
  ...{ mute_direction: '', hangup_by: '', hangup_reason: '', refused_by: '', action: null, metadata: null, tm_ringing: null },
  ...{ tm_progressing: null, tm_hangup: null, node_id: 'node-1', epoch: NIL_ID, channel_id: NIL_ID, sip_call_id: '', identity_id: NIL_ID },
  ...{ confbridge_id: NIL_ID, execution_id: NIL_ID, is_wait_over: false, pending_actions: [], is_flow_over: false, collected: '' },
  ...{ digits: '', has_early_execution: false, is_anonymous: false, variables: {}, dialroutes: [], dialroute_index: 0, via: [] },
  ...more,
})

let clock: FakeClock
let system: System
let dataDir: string
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-timeline-'))
  clock = createFakeClock()
  const contracts = [timelineContract, callContract, switchContract, customerContract]
  system = await startSystem({ services: [timelineService], contracts, clock, dataDir })
})
afterEach(async () => {
  await system.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const timeline = () => system.client(timelineContract)
const typesOf = ({ result }: { result: readonly { event_type: string }[] }) => result.map(({ event_type }) => event_type)
const of = (resource_type: 'calls' | 'activeflows', resource_id: string, more: object = {}) =>
  timeline().listResourceEvents({ customer_id: acme.id, resource_type, resource_id, ...more })
/** With ids and times as services make them. */
async function publish<C extends Contract, E extends EventType<C>>(contract: C, type: E, payload: EventPayload<C, E>, at = clock.now()) {
  const data = payload as Record<string, unknown>
  const { order_key } = eventDeclaration(contract, type)
  const id = createIds({ ...clock, now: () => at })()
  const named = { id, time: formatTime(at * 1000), type, publisher: contract.service, request_id: 'req_test', trace: '', data }
  const [customer_id, resource_id] = [String(data['customer_id']), String(data['id'] ?? '')]
  await system.bus.publish([{ ...named, customer_id, resource_id, order_key: String(data[order_key]), sequence: 1 }])
  await clock.advance(10)
}
const tell = (type: 'call_created' | 'call_hangup', call: Call, at?: number) => publish(callContract, type, call, at)
const channel = (call: Call) => ({
  ...{ node_id: 'node-1', epoch: NIL_ID, customer_id: call.customer_id, subject_id: call.id, seq: 1, channel_id: call.id },
})

describe('what happened', () => {
  test('to a call is told newest first, its channel with it, without what is internal', async () => {
    const call = aCall()
    await tell('call_created', call)
    await publish(switchContract, 'channel.answered', { ...channel(call), codec: 'PCMU' })
    await tell('call_hangup', { ...call, version: 2 })
    const told = await of('calls', call.id)
    expect(typesOf(told)).toEqual(['call_hangup', 'channel.answered', 'call_created'])
    expect(told.result[2]).toMatchObject({ publisher: 'call', resource_id: call.id, data: { id: call.id, status: 'ringing' } })
    expect(told.result[1]?.data).toEqual({ customer_id: acme.id, channel_id: call.id, codec: 'PCMU' })
    for (const { data } of told.result) expect(data).not.toHaveProperty('node_id')
  })

  test('is told of what belongs together, and of all', async () => {
    const call = aCall()
    const callee = aCall({ master_call_id: call.id, activeflow_id: NIL_ID })
    for (const each of [call, callee, aCall()]) await tell('call_created', each)
    const aggregated = async (more: object) => {
      const { result } = await timeline().listAggregatedEvents({ customer_id: acme.id, ...more })
      return result.map(({ resource_id }) => resource_id)
    }
    expect(await aggregated({ call_id: call.id })).toEqual([callee.id, call.id])
    expect(await aggregated({ activeflow_id: call.activeflow_id })).toEqual([call.id])
    expect(await aggregated({ activeflow_id: call.activeflow_id, call_id: callee.id })).toEqual([])
    expect(await aggregated({})).toHaveLength(3)
    expect(typesOf(await of('calls', call.id))).toEqual(['call_created'])
  })

  test('comes in pages', async () => {
    const call = aCall()
    for (let version = 1; version <= 5; version++) await tell('call_created', { ...call, version })
    const first = await of('calls', call.id, { page_size: 3 })
    const second = await of('calls', call.id, { page_size: 3, page_token: first.next_page_token })
    expect([...first.result, ...second.result].map(({ id }) => id)).toHaveLength(5)
    expect(new Set([...first.result, ...second.result].map(({ id }) => id)).size).toBe(5)
    expect(await of('calls', call.id, { page_token: second.next_page_token })).toEqual({ result: [], next_page_token: '' })
    expect((await of('calls', call.id, { page_token: first.result[2]?.timestamp })).result).toHaveLength(2)
  })

  test("to another's, or to nothing, is not there", async () => {
    const call = aCall({ customer_id: other.id })
    await tell('call_created', call)
    await expect(of('calls', call.id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect((await timeline().listAggregatedEvents({ customer_id: acme.id, call_id: call.id })).result).toEqual([])
  })

  test('is kept once, however often it is told', async () => {
    const call = aCall()
    await tell('call_created', call)
    await clock.advance(1000)
    expect((await of('calls', call.id)).result).toHaveLength(1)
  })
})

describe('the SIP of a call', () => {
  const quality = { packets_received: 500, packets_sent: 500, packets_lost: 5, loss_percent: 1, jitter_ms: 2.4, round_trip_ms: null }

  test('is what its switch remembers, with what was measured', async () => {
    const call = aCall()
    const asked: unknown[] = []
    const messages = [
      {
        at: columns.tm_create,
        direction: 'in',
        peer: 'udp:192.0.2.7:5060',
        local: '192.0.2.1:5061',
        text: 'INVITE sip:a@b SIP/2.0\r\n\r\n',
      },
      { at: columns.tm_create, direction: 'out', peer: 'udp:[2001:db8::1]:5062', text: 'SIP/2.0 180 Ringing\r\n\r\n' },
    ]
    const traceCall = (input: unknown) => {
      asked.push(input)
      return { messages }
    }
    const calls = await fakeService(system.bus, callContract, { getCall: () => call })
    const analyse = () => timeline().analyseCall({ customer_id: acme.id, call_id: call.id })
    expect(await analyse()).toEqual({ sip_messages: [], rtcp_stats: null })
    const end = { cause: 16, sip_status: 0, by: 'remote' as const, tag: '', text: '' }
    const measured = { ...quality, mos: 4.3, codec: 'PCMU' }
    await publish(switchContract, 'channel.ended', { ...channel(call), end, quality: measured, sip_call_id: 'x@y' })
    const node = await fakeService(system.bus, { ...switchContract, service: 'switch.node-1' }, { traceCall })
    expect(await analyse()).toMatchObject({
      sip_messages: [
        { method: 'INVITE', src_ip: '192.0.2.7', src_port: 5060, dst_ip: '192.0.2.1', dst_port: 5061 },
        { method: '180', dst_ip: '[2001:db8::1]', dst_port: 5062, src_ip: '' },
      ],
      rtcp_stats: { jitter: 2, mos: 4.3, packet_loss_pct: 1, rtp_packets: 500, rtt: null },
    })
    expect(asked).toEqual([{ sip_call_id: 'x@y' }])
    await Promise.all([calls.close(), node.close()])
  })

  test('is that of every carrier that was tried, in order of time', async () => {
    const call = aCall()
    const leg = { ...channel(call), channel_id: crypto.randomUUID(), call_id: call.id }
    const end = { cause: 34, sip_status: 503, by: 'remote' as const, tag: '', text: '' }
    await publish(switchContract, 'channel.ended', { ...channel(call), end, quality: null, sip_call_id: 'first' })
    await publish(switchContract, 'channel.ended', { ...leg, subject_id: leg.channel_id, end, quality: null, sip_call_id: 'second' })
    expect(typesOf(await of('calls', call.id))).toEqual(['channel.ended', 'channel.ended'])
    const message = (at: string, text: string) => ({ at, direction: 'out', peer: 'udp:192.0.2.7:5060', text: `${text} sip:a@b SIP/2.0` })
    const traced: Readonly<Record<string, unknown[]>> = {
      first: [message('2026-01-01T00:00:01.000000Z', 'INVITE'), message('2026-01-01T00:00:02.000000Z', 'ACK')],
      second: [message('2026-01-01T00:00:03.000000Z', 'INVITE')],
    }
    const calls = await fakeService(system.bus, callContract, { getCall: () => call })
    const traceCall = ({ sip_call_id }: { sip_call_id: string }) => ({ messages: traced[sip_call_id] })
    const node = await fakeService(system.bus, { ...switchContract, service: 'switch.node-1' }, { traceCall })
    const { sip_messages } = await timeline().analyseCall({ customer_id: acme.id, call_id: call.id })
    expect(sip_messages.map(({ method }) => method)).toEqual(['INVITE', 'ACK', 'INVITE'])
    await Promise.all([calls.close(), node.close()])
  })
})

describe('the capture of a call', () => {
  const blobs = () => openFolderStore(join(dataDir, 'blobs'), () => 'none')
  const capture = (call: Call) => timeline().captureCall({ customer_id: acme.id, call_id: call.id })
  const blobIdOf = ({ url }: { url: string }) => url.replace('blob:', '')

  test('has what its switch remembers, of all legs, and is gone soon', async () => {
    const call = aCall({ sip_call_id: 'first' })
    const end = { cause: 16, sip_status: 0, by: 'remote' as const, tag: '', text: '' }
    await publish(switchContract, 'channel.ended', { ...channel(call), end, quality: null, sip_call_id: 'second' })
    const calls = await fakeService(system.bus, callContract, { getCall: () => call })
    const traceCall = ({ sip_call_id }: { sip_call_id: string }) => ({
      messages: [{ at: columns.tm_create, direction: 'out', peer: 'udp:192.0.2.7:5060', text: `INVITE sip:${sip_call_id} SIP/2.0` }],
    })
    const node = await fakeService(system.bus, { ...switchContract, service: 'switch.node-1' }, { traceCall })
    const file = await capture(call)
    expect(file).toMatchObject({ content_type: 'application/vnd.tcpdump.pcap', filename: `call-${call.id}.pcap` })
    const kept = await blobs().open(blobIdOf(file))
    const content = kept ? await text(kept.content) : ''
    expect(content).toContain('INVITE sip:first SIP/2.0')
    expect(content).toContain('INVITE sip:second SIP/2.0')
    await clock.advance(60_000)
    expect(await blobs().size(blobIdOf(file))).toBeGreaterThan(24)
    await clock.advance(70_000)
    await finishJobs(system, clock)
    expect(await blobs().size(blobIdOf(file))).toBeUndefined()
    await Promise.all([calls.close(), node.close()])
  })

  test('has no packets where the switch is gone', async () => {
    const call = aCall({ sip_call_id: 'first' })
    const calls = await fakeService(system.bus, callContract, { getCall: () => call })
    expect(await blobs().size(blobIdOf(await capture(call)))).toBe(24)
    await calls.close()
  })
})

describe('what is kept', () => {
  test('goes after its time', async () => {
    const [old, young] = [aCall(), aCall()]
    await tell('call_created', young, clock.now() - 29 * DAY_MS)
    await tell('call_created', old, clock.now() - 31 * DAY_MS)
    expect((await of('calls', old.id)).result).toHaveLength(1)
    await clock.advance(61_000)
    await expect(of('calls', old.id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect((await of('calls', young.id)).result).toHaveLength(1)
  })

  test('goes with its customer, and what comes late of it, too', async () => {
    const [call, kept] = [aCall(), aCall({ customer_id: other.id })]
    await tell('call_created', call)
    await tell('call_created', kept)
    await publish(customerContract, 'customer_deleted', acme)
    await clock.advance(1000)
    await expect(of('calls', call.id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await tell('call_hangup', call)
    await clock.advance(125_000)
    await expect(of('calls', call.id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect((await timeline().listAggregatedEvents({ customer_id: other.id })).result).toHaveLength(1)
  })
})
