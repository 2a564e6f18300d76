import { flowContract } from '@voipbin/contracts/flow'
import { FINISH_ACTION_ID } from '@voipbin/contracts/flow-actions'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, customer_id, type Flows, idOf, NONE, startFlows, types } from './flow-system.ts'

let flows: Flows
beforeEach(async () => {
  flows = await startFlows()
})
afterEach(() => flows.close())

const talk = (text: string) => ({ type: 'talk', option: { text } })
const reason = async (id: string) => (await flows.client.getActiveflow({ id })).end_reason

describe('a flow of a call', () => {
  test('hands over what the call does up to the first wait, and ends when nothing is left', async () => {
    const first = await flows.begin(acts({ type: 'answer' }, { type: 'recording_start' }, talk('one'), talk('two')))
    expect([first.state, types(first)]).toEqual(['run', ['answer', 'recording_start', 'talk']])
    const second = await flows.over(first)
    expect([second.state, second.actions.map(({ option }) => option['text'])]).toEqual(['run', ['two']])
    const last = await flows.over(second)
    expect([last.state, types(last)]).toEqual(['ended', []])
    const { executed_actions, status, end_reason } = await flows.client.getActiveflow({ id: first.activeflow_id })
    expect([executed_actions.map(({ type }) => type), status, end_reason]).toEqual([
      ['answer', 'recording_start', 'talk', 'talk'],
      'ended',
      'finished',
    ])
  })

  test('ignores an end that is told twice or late', async () => {
    const first = await flows.begin(acts(talk('one'), talk('two'), talk('three')))
    const second = await flows.over(first)
    expect(await flows.over(first)).toMatchObject({ state: 'stale', execution_id: second.execution_id, actions: [] })
    expect(await flows.over({ ...first, execution_id: idOf('e') })).toMatchObject({ state: 'stale' })
    expect((await flows.over(second)).actions[0]?.option['text']).toBe('three')
  })

  test('of two that tell of the same end at once, one goes on', async () => {
    const first = await flows.begin(acts(talk('one'), talk('two'), talk('three')))
    const both = await Promise.all([flows.over(first), flows.over(first)])
    expect(both.map(({ state }) => state).sort()).toEqual(['run', 'stale'])
  })

  test('begun twice by one id, it runs once', async () => {
    const id = crypto.randomUUID()
    const first = await flows.begin(acts(talk('one')), { id })
    expect(await flows.begin(acts(talk('one')), { id })).toMatchObject({ state: 'stale', execution_id: first.execution_id })
  })

  test('does not wait for what speaks beside it', async () => {
    const step = await flows.begin(
      acts({ type: 'talk', option: { text: 'a', async: true } }, { type: 'sleep', option: { duration: 1000 } }),
    )
    expect(types(step)).toEqual(['talk', 'sleep'])
  })

  test('branches on digits, and uses them up', async () => {
    const menu = acts(
      { type: 'digits_receive', id: idOf('a') },
      { type: 'branch', option: { target_ids: { 1: idOf('b'), 2: idOf('c') }, default_target_id: idOf('a') } },
      { ...talk('one'), id: idOf('b'), next_id: FINISH_ACTION_ID },
      { ...talk('two'), id: idOf('c') },
    )
    const asking = await flows.begin(menu)
    const again = await flows.over(asking, { 'voipbin.call.digits': '9' })
    expect(types(again)).toEqual(['digits_receive'])
    const chosen = await flows.over(again, { 'voipbin.call.digits': '1' })
    expect(chosen.actions.map(({ option }) => option['text'])).toEqual(['one'])
    expect((await flows.client.getVariables({ id: asking.activeflow_id })).variables['voipbin.call.digits']).toBe('')
    expect((await flows.over(chosen)).state).toBe('ended')
  })

  test('loops as often as it is told to', async () => {
    let step = await flows.begin(
      acts({ ...talk('again'), id: idOf('a') }, { type: 'goto', option: { target_id: idOf('a'), loop_count: 2 } }),
    )
    let heard = 0
    for (; step.state === 'run'; heard++) step = await flows.over(step)
    expect(heard).toBe(3)
  })

  test('fills in variables, those of the party and of the client, but not a client’s for the platform’s', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
    const step = await flows.begin(acts(talk('${name} from ${voipbin.call.source.target}, ${voipbin.activeflow.reference_type}')), {
      variables: { 'voipbin.call.source.target': '+15551234' },
      client_variables: { ' name ': 'Ann', 'VOIPBIN.call.source.target': 'forged', 'voipbin.activeflow.reference_type': 'forged' },
    })
    expect(step.actions[0]?.option['text']).toBe('Ann from +15551234, call')
  })

  test.each([
    ['condition_call_status', { status: 'progressing' }, {}, ['yes']],
    ['condition_call_status', { status: 'ringing' }, {}, ['no']],
    ['condition_call_digits', { length: 2 }, { 'voipbin.call.digits': '12' }, ['yes']],
    ['condition_call_digits', { key: '#' }, { 'voipbin.call.digits': '1#' }, ['yes']],
    ['condition_call_digits', { length: 3, key: '#' }, { 'voipbin.call.digits': '12' }, ['no']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
    ['condition_variable', { variable: '${a}', value_string: 'b' }, { a: 'b' }, ['yes']],
    ['condition_datetime', { weekdays: [] }, {}, ['yes']],
  ])('%s %j', async (type, option, variables, expected) => {
    const listed = acts(
      { type: 'sleep', option: { duration: 1 } },
      { type, option: { ...option, false_target_id: idOf('f') } },
      { ...talk('yes'), next_id: FINISH_ACTION_ID },
      { ...talk('no'), id: idOf('f') },
    )
    const step = await flows.over(await flows.begin(listed), variables)
    expect(step.actions.map(({ option: { text } }) => text)).toEqual(expected)
  })

  test.each([
    ['ringing', [], ['yes']],
    ['progressing', [], ['no']],
    ['progressing', [{ type: 'answer' }], ['yes']],
  ])('condition_call_status looks at the call as it is by then: %s after %j', async (status, before, expected) => {
    const condition = { type: 'condition_call_status', option: { status, false_target_id: idOf('f') } }
    const listed = acts(...before, condition, { ...talk('yes'), next_id: FINISH_ACTION_ID }, { ...talk('no'), id: idOf('f') })
    const { actions } = await flows.begin(listed, { call_status: 'ringing' })
    expect(actions.flatMap(({ option: { text } }) => text ?? [])).toEqual(expected)
  })

  test('passes over what only a flow without a call can do', async () => {
    expect(types(await flows.begin(acts({ type: 'block' }, talk('one'))))).toEqual(['talk'])
  })

  test('runs the actions of another flow of the customer first, and of nobody else’s', async () => {
    const own = await flows.client.createFlow({ customer_id, name: '', detail: '', actions: acts(talk('inner')) })
    const foreign = await flows.client.createFlow({ customer_id: idOf('f'), name: '', detail: '', actions: acts(talk('secret')) })
    const fetching = (flow_id: string) => acts({ type: 'fetch_flow', option: { flow_id } }, talk('outer'))
    const step = await flows.begin(fetching(own.id))
    expect([step, await flows.over(step)].map(({ actions }) => actions[0]?.option['text'])).toEqual(['inner', 'outer'])
    const refused = await flows.begin(fetching(foreign.id))
    expect([refused.state, await reason(refused.activeflow_id)]).toEqual(['ended', `FLOW_NOT_FOUND: ${foreign.id}`])
  })

  test('a loop that nothing holds up ends after a thousand actions', async () => {
    const round = acts(
      { type: 'variable_set', id: idOf('a'), option: { key: 'a', value: 'b' } },
      { type: 'condition_variable', option: { variable: 'a', value_string: 'b', false_target_id: NONE }, next_id: idOf('a') },
    )
    const step = await flows.begin(round)
    expect([step.state, await reason(step.activeflow_id)]).toEqual(['ended', 'LOOP: 1000 actions without a wait'])
  })

  test('an IVR that is walked through all day goes on', async () => {
    let step = await flows.begin(acts({ type: 'sleep', id: idOf('a'), option: { duration: 1 }, next_id: idOf('a') }))
    for (let round = 0; round < 300; round++) step = await flows.over(step)
    expect(step.state).toBe('run')
    const { executed_actions, execute_count } = await flows.client.getActiveflow({ id: step.activeflow_id })
    expect([executed_actions.length, execute_count]).toEqual([100, 301])
  })

  test('a template that fills in to nonsense ends it and says where', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template
    const step = await flows.begin(acts({ type: 'sleep', option: { duration: '${wait}' } }), { client_variables: { wait: 'long' } })
    expect([step.state, await reason(step.activeflow_id)]).toEqual(['ended', expect.stringContaining('INVALID_OPTION: sleep.duration')])
  })

  test('speech and sounds that a variable leaves empty are passed over', async () => {
    const empty = '$' + '{nobody}'
    const play = (...stream_urls: string[]) => ({ type: 'play', option: { stream_urls } })
    const step = await flows.begin(acts(talk(empty), talk(` ${empty} `), play(empty), play(empty, 'https://example.com/a.wav')))
    expect(step.actions).toMatchObject([{ type: 'play', option: { stream_urls: ['https://example.com/a.wav'] } }])
  })

  test('compares texts as long as variables may be', async () => {
    const option = { variable: '$' + '{long}', value_type: 'length', condition: '>', value_length: 2000 }
    const step = await flows.begin(acts({ type: 'condition_variable', option }, talk('long')), {
      client_variables: { long: 'x'.repeat(20_000) },
    })
    expect(types(step)).toEqual(['talk'])
  })

  test('that fills up with variables ends and says so, also where nobody asked for the step', async () => {
    const full = Array.from({ length: 10 }, (_, index) => ({
      type: 'variable_set',
      option: { key: `k${index}`, value: 'x'.repeat(32_000) },
    }))
    const step = await flows.begin(acts(...full, talk('never')))
    expect([step.state, await reason(step.activeflow_id)]).toEqual(['ended', expect.stringContaining('VARIABLES_TOO_LARGE')])
    const fetching = { type: 'webhook_send', option: { uri: 'http://192.0.2.1/', sync: true } }
    const { activeflow_id } = await flows.begin(acts(fetching, ...full))
    await expect.poll(() => reason(activeflow_id)).toContain('VARIABLES_TOO_LARGE')
  })

  test('takes no name of the language for a target', async () => {
    const branch = { type: 'branch', option: { variable: 'x', target_ids: {}, default_target_id: idOf('d') } }
    const step = await flows.begin(acts(branch, talk('no'), { ...talk('default'), id: idOf('d') }), {
      client_variables: { x: 'constructor' },
    })
    expect(step.actions[0]?.option['text']).toBe('default')
  })

  test('ends at the end that a flow within it names', async () => {
    const within = acts({ ...talk('within'), next_id: FINISH_ACTION_ID }, talk('never'))
    const { id: flow_id } = await flows.client.createFlow({ customer_id, name: '', detail: '', actions: within })
    const step = await flows.begin(acts({ type: 'fetch_flow', option: { flow_id } }, talk('nor this')))
    expect((await flows.over(step)).state).toBe('ended')
  })

  test('places calls that live on their own', async () => {
    const destinations = [{ type: 'tel', target: '+15551234' }]
    const placing = { type: 'call', option: { destinations, actions: [{ type: 'answer' }], chained: true } }
    const step = await flows.begin(acts(placing, talk('one')))
    expect(types(step)).toEqual(['talk'])
    await flows.clock.advance(1000)
    expect(flows.asked).toMatchObject([
      { method: 'placeCalls', input: { customer_id, master_call_id: idOf('ca11'), is_chained: true, actions: [{ type: 'answer' }] } },
    ])
  })

  test('is told of once a step, in the order of its call', async () => {
    const log = await recordEvents(flows.system.bus, [flowContract])
    const step = await flows.begin(acts({ type: 'answer' }, talk('one')))
    await flows.over(step)
    await flows.clock.advance(300)
    expect(log.events.map(({ type, order_key, sequence }) => [type, order_key, sequence])).toEqual([
      ['activeflow_created', idOf('ca11'), 1],
      ['activeflow_updated', idOf('ca11'), 2],
    ])
    expect(log.events[0]?.data).toMatchObject({
      status: 'running',
      current_action: { type: 'talk' },
      executed_actions: [{ type: 'answer' }],
    })
  })
})

describe('the end of a flow', () => {
  test('stopped from outside, its call is told to hang up', async () => {
    const step = await flows.begin(acts(talk('one'), talk('two')))
    expect(await flows.client.stopActiveflow({ id: step.activeflow_id })).toMatchObject({
      status: 'ended',
      end_reason: 'stopped',
      current_action: null,
    })
    await expect(flows.client.stopActiveflow({ id: step.activeflow_id })).rejects.toMatchObject({ reason: 'ACTIVEFLOW_ENDED' })
    expect(await flows.over(step)).toMatchObject({ state: 'ended', actions: [] })
    await flows.clock.advance(1000)
    expect(flows.asked).toEqual([{ method: 'endOfFlow', input: { id: idOf('ca11'), activeflow_id: step.activeflow_id } }])
  })

  test('ended by its call, nobody is told to hang up', async () => {
    const step = await flows.begin(acts(talk('one')))
    const ended = await flows.client.endActiveflow({ id: step.activeflow_id, reason: 'hangup', variables: { last: '1' } })
    expect([ended.status, ended.end_reason, ended.variables?.['last']]).toEqual(['ended', 'hangup', '1'])
    await flows.clock.advance(1000)
    expect(flows.asked).toEqual([])
  })

  test('that is deleted has ended, also for its call; one that never was has not', async () => {
    const { activeflow_id: id } = await flows.begin(acts(talk('one')))
    await flows.client.deleteActiveflow({ id })
    await flows.client.endActiveflow({ id, reason: 'hangup' })
    await expect(flows.client.endActiveflow({ id: idOf('e'), reason: 'hangup' })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('runs the flow that follows, with its variables and without the call, five times at most', async () => {
    const follower = await flows.client.createFlow({
      customer_id,
      name: 'after',
      detail: '',
      actions: acts(talk('nobody'), { type: 'variable_set', option: { key: 'b', value: '2' } }),
    })
    const first = await flows.client.createFlow({
      customer_id,
      name: 'first',
      detail: '',
      actions: acts(talk('one')),
      on_complete_flow_id: follower.id,
    })
    await flows.client.updateFlow({
      id: follower.id,
      name: 'after',
      detail: '',
      actions: follower.actions,
      on_complete_flow_id: follower.id,
    })
    const step = await flows.begin([], { flow_id: first.id, client_variables: { a: '1' } })
    await flows.client.endActiveflow({ id: step.activeflow_id, reason: 'hangup' })
    await flows.clock.advance(10_000)
    const { result } = await flows.client.listActiveflows({ customer_id })
    expect(result).toHaveLength(6)
    expect(result[0]).toMatchObject({
      status: 'ended',
      variables: { a: '1', b: '2', 'voipbin.activeflow.complete_count': '5' },
      reference_type: 'call',
    })
    expect(result[4]?.reference_activeflow_id).toBe(step.activeflow_id)
  })
})
