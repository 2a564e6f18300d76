import { customerContract } from '@voipbin/contracts/customer'
import { aCustomer, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, customer_id, type Flows, idOf, NONE, startFlows } from './flow-system.ts'

let flows: Flows
beforeEach(async () => {
  flows = await startFlows()
})
afterEach(() => flows.close())
const flow = (actions: object[] = [{ type: 'answer' }], more = {}) => ({
  customer_id,
  name: 'ivr',
  detail: '',
  actions: acts(...actions),
  ...more,
})

describe('flows', () => {
  test('are made, read, changed, listed and deleted', async () => {
    const made = await flows.client.createFlow(flow())
    expect(made).toMatchObject({
      type: 'flow',
      name: 'ivr',
      on_complete_flow_id: NONE,
      direct_hash: expect.stringMatching(/^direct\.[0-9a-f]{12}$/),
      actions: [{ type: 'answer', next_id: NONE }],
    })
    const changed = await flows.client.updateFlow({ id: made.id, name: 'IVR', detail: 'new', actions: made.actions })
    expect(changed).toMatchObject({ name: 'IVR', actions: made.actions, direct_hash: made.direct_hash })
    expect((await flows.client.regenerateFlowDirectHash({ id: made.id })).direct_hash).not.toBe(made.direct_hash)
    expect((await flows.client.listFlows({ customer_id })).result).toHaveLength(1)
    await flows.client.deleteFlow({ id: made.id })
    await expect(flows.client.getFlow({ id: made.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('a flow that could not run is refused with the path of the field, and nothing is saved', async () => {
    const wrong = flow([{ type: 'answer' }, { type: 'branch', option: { target_ids: { 1: idOf('f') } } }])
    await expect(flows.client.createFlow(wrong)).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      details: [{ field: 'actions.1.option.target_ids.1', rule: expect.stringContaining(idOf('f')) }],
    })
    const foreign = await flows.client.createFlow(flow([], { customer_id: idOf('c') }))
    await expect(flows.client.createFlow(flow([{ type: 'fetch_flow', option: { flow_id: foreign.id } }]))).rejects.toMatchObject({
      details: [{ field: 'actions.0.option.flow_id' }],
    })
    expect((await flows.client.listFlows({ customer_id })).result).toEqual([])
  })

  describe('with a voice that nobody here has', () => {
    const talk = (option: object) => ({ type: 'talk', option: { text: 'Hello', ...option } })
    const inner = { type: 'call', option: { destinations: [{ type: 'tel', target: '+1555123' }], actions: [talk({ voice_id: 'none' })] } }
    const wrong = acts({ type: 'answer' }, talk({ provider: 'nobody' }), talk({ provider: 'nobody', language: 'en-US' }), inner)
    const refused = {
      status: 'INVALID_ARGUMENT',
      details: [
        { field: 'actions.1.option.provider', rule: 'must be flite', reason: 'SPEECH_PROVIDER_UNKNOWN' },
        { field: 'actions.2.option.provider' },
        { field: 'actions.3.option.actions.0.option.voice_id', reason: 'SPEECH_VOICE_UNKNOWN' },
      ],
    }

    test('are refused wherever they are saved or begun, with the path of each', async () => {
      const { id } = await flows.client.createFlow(flow())
      await expect(flows.client.createFlow(flow([], { actions: wrong }))).rejects.toMatchObject(refused)
      await expect(flows.client.updateFlow({ id, name: '', detail: '', actions: wrong })).rejects.toMatchObject(refused)
      await expect(flows.client.createActiveflow({ customer_id, actions: wrong })).rejects.toMatchObject(refused)
      await expect(flows.client.checkActions({ customer_id, actions: wrong })).rejects.toMatchObject(refused)
      expect((await flows.client.listFlows({ customer_id })).result).toMatchObject([{ id, name: 'ivr' }])
    })

    test('are asked about once for all, and not where a flow names nobody, or a variable does', async () => {
      const asked = () => flows.asked.filter(({ method }) => method === 'checkSpeech').map(({ input }) => input['speeches'])
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
      await flows.client.createFlow(flow([talk({}), talk({ provider: '${who}', voice_id: 'x' })]))
      expect(asked()).toEqual([])
      await flows.client.createFlow(flow([talk({ language: 'en-GB' }), talk({ language: 'en-GB' }), talk({ voice_id: 'rms' })]))
      expect(asked()).toEqual([
        [
          { provider: '', language: 'en-GB', voice_id: '' },
          { provider: '', language: '', voice_id: 'rms' },
        ],
      ])
    })

    test('what is missing is said before that', async () => {
      const missing = { id: idOf('f'), name: '', detail: '', actions: wrong }
      await expect(flows.client.updateFlow(missing)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    })
  })

  test('a running activeflow keeps the actions that it began with', async () => {
    const made = await flows.client.createFlow(
      flow([
        { type: 'talk', option: { text: 'old' } },
        { type: 'talk', option: { text: 'old too' } },
      ]),
    )
    const step = await flows.begin([], { flow_id: made.id })
    await flows.client.updateFlow({ ...flow([{ type: 'talk', option: { text: 'new' } }]), id: made.id } as never).catch(() => undefined)
    expect((await flows.over(step)).actions[0]?.option['text']).toBe('old too')
  })

  test('of the first start are made once, and deleted stay so', async () => {
    const seed = { ...flow(), id: crypto.randomUUID() }
    expect(await flows.client.seedFlow(seed)).toEqual({ created: true })
    await flows.client.deleteFlow({ id: seed.id })
    expect(await flows.client.seedFlow(seed)).toEqual({ created: false })
    expect((await flows.client.listFlows({ customer_id })).result).toEqual([])
  })

  test('go with their customer', async () => {
    const customer = aCustomer()
    const made = await flows.client.createFlow(flow([], { customer_id: customer.id }))
    await publishEvent(flows.system.bus, customerContract, 'customer_deleted', customer)
    await flows.clock.advance(2000)
    await expect(flows.client.getFlow({ id: made.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})

describe('activeflows of the API', () => {
  test('run at once, without what needs a call', async () => {
    const actions = acts(
      { type: 'talk', option: { text: 'nobody' } },
      { type: 'variable_set', option: { key: 'a', value: '1' } },
      { type: 'block' },
      { type: 'stop' },
    )
    const made = await flows.client.createActiveflow({ customer_id, actions, variables: { b: '2', 'voipbin.call.id': 'forged' } })
    expect(made).toMatchObject({
      status: 'running',
      reference_type: 'api',
      current_action: { type: 'block' },
      variables: { a: '1', b: '2' },
    })
    expect(made.variables['voipbin.call.id']).toBeUndefined()
    const step = await flows.client.nextAction({ id: made.id, execution_id: made.execution_id })
    expect(step.state).toBe('ended')
    expect(await flows.client.deleteActiveflow({ id: made.id })).toMatchObject({ tm_delete: expect.any(String) })
  })

  test.each([
    ['a dangling target', { actions: acts({ type: 'answer', next_id: idOf('f') }) }, 'INVALID_ARGUMENT'],
    ['a flow that is not there', { flow_id: idOf('f') }, 'FLOW_NOT_FOUND'],
    [
      'too many variables',
      { actions: acts({ type: 'stop' }), variables: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`v${n}`, ''])) },
      'VARIABLES_TOO_LARGE',
    ],
    ['a variable that is too long', { actions: acts({ type: 'stop' }), variables: { a: 'x'.repeat(32_769) } }, 'VARIABLES_TOO_LARGE'],
  ])('are refused for %s', async (_what, given, reason) => {
    await expect(flows.client.createActiveflow({ customer_id, ...given })).rejects.toMatchObject({ reason })
    expect((await flows.client.listActiveflows({ customer_id })).result).toEqual([])
  })
})
