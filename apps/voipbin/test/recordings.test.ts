import { callContract } from '@voipbin/contracts/call'
import { FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { switchContract } from '@voipbin/contracts/switch'
import { nodeAddress } from '@voipbin/service-kit'
import { fakeService, publishEvent } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { administrator, type RunningPlatform, startEverything } from './api/running-platform.ts'

vi.mock('@node-rs/argon2', async () => (await import('./api/argon2-work.ts')).cheapArgon2())

const node_id = 'node-of-recordings'
const epoch = '66666666-6666-4666-8666-666666666666'
const customer_id = FIRST_CUSTOMER_ID

describe('recordings, between call and storage', () => {
  let platform: RunningPlatform
  let bearer: string
  beforeAll(async () => {
    platform = await startEverything()
    const answers = Object.keys(switchContract.methods).map((method) => [method, () => ({ result: 'ok' })])
    await fakeService(platform.system.bus, { ...switchContract, service: nodeAddress('switch', node_id) }, Object.fromEntries(answers))
    const json = { username: administrator.username, password: administrator.password }
    bearer = String((await platform.send('POST', '/auth/login', { json })).body['token'])
  }, 60_000)
  afterAll(() => platform.close())

  const told = (subject_id: string) => ({ node_id, epoch, customer_id, subject_id, seq: 1 })
  const ask = (method: string, path: string, json?: object) => platform.send(method, `/v1.0${path}`, { bearer, ...(json && { json }) })
  const stored = async (recording_id: string) => {
    const how = { recording_id, is_stored: true, error: '', octets: 16_044, duration_ms: 1000 }
    await publishEvent(platform.system.bus, switchContract, 'recording.stored', { ...told(recording_id), ...how })
    await platform.settle()
  }

  /** The emptier of two nodes: the platform has one of its own. */
  const beat = () =>
    publishEvent(platform.system.bus, switchContract, 'node.up', { node_id, epoch, channels: 0, capacity: 1_000_000, capabilities: [] })

  /** Of a call that is answered: begun and ended. */
  async function record(): Promise<string> {
    await beat()
    const flow = { flow_id: NIL_ID, actions: [], is_chained: false, has_early_execution: false, anonymous: 'auto' as const, variables: {} }
    const parties = {
      source: { type: 'sip' as const, target: 'a@example.com' },
      destinations: [{ type: 'sip' as const, target: 'b@example.com' }],
    }
    const { call_ids } = await platform.system.client(callContract).placeCalls({ customer_id, ...flow, ...parties })
    await platform.settle()
    const [call = ''] = call_ids
    await publishEvent(platform.system.bus, switchContract, 'channel.answered', { ...told(call), channel_id: call, codec: 'PCMU' })
    const json = { format: 'wav', end_of_silence: 0, end_of_key: '', duration: 0, on_end_flow_id: '' }
    const { body } = await ask('POST', `/calls/${call}/recording_start`, json)
    const recording_id = String(body['recording_id'])
    const end = { reason: 'stopped' as const, duration_ms: 1000, octets: 16_044, file: 'x.wav' }
    await publishEvent(platform.system.bus, switchContract, 'recording.ended', {
      ...{ ...told(call), ...end, recording_id, subject: { kind: 'channel', id: call } },
    })
    await platform.settle()
    return recording_id
  }

  test('one whose file is stored has it among the files of its customer, until it is deleted', async () => {
    const id = await record()
    expect((await ask('GET', `/recordings/${id}`)).body).toMatchObject({ status: 'ended', file_status: 'waiting' })
    expect((await ask('GET', `/recordingfiles/${id}`)).status).toBe(404)
    await stored(id)
    await stored(id)
    expect((await ask('GET', `/recordings/${id}`)).body).toMatchObject({ file_status: 'stored', filesize: 16_044 })
    expect((await ask('GET', `/recordingfiles/${id}`)).headers.get('location')).toContain(`/v1.0/storage_links/${id}?expires=`)
    expect((await ask('GET', '/storage_files')).body['result']).toMatchObject([
      { id, type: 'recording', filename: expect.stringContaining('.wav') },
    ])
    expect((await ask('GET', '/storage_account')).body).toMatchObject({ total_file_count: 1, total_file_size: 16_044 })
    expect((await ask('DELETE', `/recordings/${id}`)).status).toBe(200)
    await platform.settle()
    expect((await ask('GET', `/recordingfiles/${id}`)).status).toBe(404)
    expect((await ask('GET', '/storage_account')).body).toMatchObject({ total_file_count: 0, total_file_size: 0 })
  })

  test('one whose file is deleted says so', async () => {
    const id = await record()
    await stored(id)
    expect((await ask('DELETE', `/storage_files/${id}`)).status).toBe(200)
    await platform.settle()
    expect((await ask('GET', `/recordings/${id}`)).body).toMatchObject({ file_status: 'deleted', filesize: 0 })
  })

  test('one that is deleted before its file is stored never has one', async () => {
    const id = await record()
    expect((await ask('DELETE', `/recordings/${id}`)).status).toBe(200)
    await stored(id)
    expect((await ask('GET', `/recordingfiles/${id}`)).status).toBe(404)
    expect((await ask('GET', '/storage_account')).body).toMatchObject({ total_file_count: 0 })
  })
})
