import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finishJobs } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Flows, idOf, startFlows } from './flow-system.ts'

let flows: Flows
let server: Server
let url: string
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
const seen: { method: string | undefined; body: string; type: string | undefined }[] = []

beforeEach(async () => {
  flows = await startFlows()
  seen.length = 0
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ method: request.method, body, type: request.headers['content-type'] })
      answer(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/actions`
})
afterEach(async () => {
  await flows.close()
  server.closeAllConnections()
  server.close()
})

const talk = (text: string) => ({ type: 'talk', option: { text } })
const json =
  (value: unknown, status = 200) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
const settled = () => finishJobs(flows.system, flows.clock)
const fetching = (event_url = url) => acts({ type: 'answer' }, { type: 'fetch', option: { event_url } }, talk('after'))
const stepped = () =>
  flows.asked
    .filter(({ method }) => method === 'takeStep')
    .map(({ input }) => input['step'] as { state: string; actions: { option: { text?: string } }[] })

describe('fetch', () => {
  test('runs what a server answers, then goes on', async () => {
    answer = json([talk('fetched')])
    const step = await flows.begin(fetching())
    expect([step.state, step.actions.map(({ type }) => type)]).toEqual(['wait', ['answer']])
    await settled()
    await expect.poll(() => stepped()).toMatchObject([{ state: 'run', actions: [{ option: { text: 'fetched' } }] }])
    expect(seen).toMatchObject([{ method: 'POST' }])
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      activeflow_id: step.activeflow_id,
      reference_type: 'call',
      reference_id: idOf('ca11'),
    })
    const now = await flows.client.getActiveflow({ id: step.activeflow_id })
    expect((await flows.over({ ...step, execution_id: now.execution_id })).actions[0]?.option['text']).toBe('after')
  })

  test.each([
    ['fetch', { event_url: 'given' }],
    ['webhook_send', { uri: 'given', sync: true }],
  ])('%s knows afterwards how the call was before', async (type, option) => {
    answer = json([])
    const given = Object.fromEntries(Object.entries(option).map(([key, value]) => [key, value === 'given' ? url : value]))
    const condition = { type: 'condition_call_status', option: { status: 'progressing', false_target_id: idOf('f') } }
    await flows.begin(acts({ type: 'answer' }, { type, option: given }, condition, talk('progressing'), { ...talk('not'), id: idOf('f') }))
    await settled()
    await expect.poll(() => stepped()).toMatchObject([{ actions: [{ option: { text: 'progressing' } }] }])
  })

  test.each([
    ['an error', json({}, 500), 'answered 500'],
    ['no list', json({ actions: [] }), 'did not answer with a list of actions'],
    ['an unknown action', json([{ type: 'dance' }]), 'did not answer with a list of actions'],
    ['an action that could not be saved either', json([{ type: 'talk' }]), 'actions.0.option.text'],
    ['too much', json([talk('x'.repeat(300_000))]), 'more than'],
    [
      'a redirect to a private address',
      (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
      'FETCH_FAILED',
    ],
  ])('answered with %s, the flow ends and says so, and its call hangs up', async (_what, given, reason) => {
    answer = given
    const { activeflow_id: id } = await flows.begin(fetching())
    await settled()
    await expect.poll(() => flows.asked.map(({ method }) => method)).toEqual(['endOfFlow'])
    const { status, end_reason } = await flows.client.getActiveflow({ id })
    expect([status, end_reason]).toEqual(['ended', expect.stringContaining(reason)])
    expect(end_reason).toContain('FETCH_FAILED')
  })

  test('does not reach private addresses', async () => {
    const { activeflow_id: id } = await flows.begin(fetching('http://169.254.169.254/latest/meta-data'))
    await settled()
    expect((await flows.client.getActiveflow({ id })).end_reason).toContain('FETCH_FAILED')
    expect(seen).toEqual([])
  })

  test('an answer for a flow that has ended meanwhile changes nothing', async () => {
    let release: () => void = () => undefined
    answer = (request, response, body) => {
      release = () => json([talk('late')])(request, response)
      void body
    }
    const { activeflow_id: id } = await flows.begin(fetching())
    await flows.clock.advance(100)
    await expect.poll(() => seen).toHaveLength(1)
    await flows.client.endActiveflow({ id, reason: 'hangup' })
    release()
    await settled()
    expect(await flows.client.getActiveflow({ id })).toMatchObject({ status: 'ended', end_reason: 'hangup' })
    expect(flows.asked).toEqual([])
  })
})

describe('webhook_send', () => {
  const sending = (more = {}) => acts({ type: 'webhook_send', option: { uri: url, data: '{"a":1}', ...more } }, talk('after'))

  test('sends the author’s own body, and the flow does not wait', async () => {
    answer = json({})
    expect((await flows.begin(sending())).actions[0]?.option['text']).toBe('after')
    await settled()
    await expect.poll(() => seen).toEqual([{ method: 'POST', body: '{"a":1}', type: 'application/json' }])
  })

  test.each([200, 500])('with sync waits for the answer, whatever it is: %s', async (status) => {
    answer = json({}, status)
    expect((await flows.begin(sending({ sync: true }))).state).toBe('wait')
    await settled()
    await expect.poll(() => stepped()).toMatchObject([{ state: 'run', actions: [{ option: { text: 'after' } }] }])
  })
})
