import { ServiceError } from '@voipbin/contracts/errors'
import { type Action, action, actionRules, actionTypes } from '@voipbin/contracts/flow-actions'
import { describe, expect, test } from 'vitest'
import { checkActions, flowReferences } from './check-actions.ts'

const idOf = (name: string) => `${name.padEnd(8, '0')}-0000-4000-8000-000000000000`
const act = (given: object): Action => action.parse(given)
const check = (...actions: object[]) => checkActions(actions.map(act), () => crypto.randomUUID())

function refused(...actions: object[]): unknown[] {
  try {
    check(...actions)
  } catch (error) {
    if (error instanceof ServiceError) return error.details.map((detail) => detail['field'])
    throw error
  }
  return []
}

describe('checkActions()', () => {
  test('gives ids and completes options', () => {
    const [first, second] = check({ type: 'talk', option: { text: 'Hello' } }, { type: 'digits_receive' })
    expect(first).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{8}-/), option: { text: 'Hello', digits_handle: '', async: false } })
    expect(second?.option).toEqual({ duration: 5000, key: '', length: 1 })
  })

  test('leaves out what an option does not know, as clients send back what they read', () => {
    expect(check({ type: 'answer', option: { colour: 'red' } })[0]?.option).toEqual({})
  })

  test.each([
    ['a recording in a format that is not written', ['actions.0.option.format'], [{ type: 'recording_start', option: { format: 'mp3' } }]],
    ['a missing option', ['actions.0.option.text'], [{ type: 'talk' }]],
    ['a wrong type', ['actions.1.option.duration'], [{ type: 'answer' }, { type: 'sleep', option: { duration: 'long' } }]],
    ['a value out of range', ['actions.0.option.duration'], [{ type: 'digits_send', option: { digits: '1', duration: 5 } }]],
    ['an unknown word', ['actions.0.option.reason'], [{ type: 'hangup', option: { reason: 'tired' } }]],
    ['a dangling target', ['actions.0.option.false_target_id'], [{ type: 'condition_variable', option: { false_target_id: idOf('f') } }]],
    ['a dangling branch', ['actions.0.option.target_ids.1'], [{ type: 'branch', option: { target_ids: { 1: idOf('f') } } }]],
    ['a dangling next', ['actions.0.next_id'], [{ type: 'answer', next_id: idOf('f') }]],
    [
      'an id twice',
      ['actions.1.id'],
      [
        { type: 'answer', id: idOf('a') },
        { type: 'beep', id: idOf('a') },
      ],
    ],
    ['a goto to nowhere', ['actions.0.option.target_id'], [{ type: 'goto', option: { loop_count: 1 } }]],
    [
      'a destination that nothing rings at',
      ['actions.0.option.destinations.0.type', 'actions.0.option.destinations.1.type', 'actions.0.option.destinations.2.target'],
      [
        {
          type: 'connect',
          option: { destinations: [{ target: '+15551234567' }, { type: 'conference', target: 'c' }, { type: 'extension' }] },
        },
      ],
    ],
    ['no call at all', ['actions.0.option.actions'], [{ type: 'call', option: { destinations: [{ type: 'tel', target: '+1555123' }] } }]],
    [
      'an action inside a call',
      ['actions.0.option.actions.0.option.text'],
      [{ type: 'call', option: { destinations: [{ type: 'tel', target: '+1555123' }], actions: [{ type: 'talk' }] } }],
    ],
    [
      'a time zone of another world',
      ['actions.0.option.time_zone'],
      [{ type: 'condition_datetime', option: { time_zone: 'Mars/Olympus' } }],
    ],
    ['a URL that is none', ['actions.0.option.event_url'], [{ type: 'fetch', option: { event_url: 'file:///etc/passwd' } }]],
    [
      'a stream that is no URL',
      ['actions.0.option.stream_urls.1'],
      [{ type: 'play', option: { stream_urls: ['https://a.example/b.wav', 'b.wav'] } }],
    ],
    [
      'media that is not carried',
      ['encapsulation', 'transport', 'connection_type', 'format'].map((key) => `actions.0.option.${key}`),
      [
        {
          type: 'external_media_start',
          option: {
            ...{ external_host: 'a.example:4000', encapsulation: 'audiosocket', transport: 'websocket' },
            ...{ connection_type: 'server', format: 'opus' },
          },
        },
      ],
    ],
    [
      'a host without a port, and a URL for a host',
      ['actions.0.option.external_host', 'actions.1.option.external_host'],
      ['a.example', 'http://a.example:4000/'].map((external_host) => ({ type: 'external_media_start', option: { external_host } })),
    ],
    ['two faults at once', ['actions.0.option.text', 'actions.1.option.duration'], [{ type: 'talk' }, { type: 'sleep' }]],
  ])('refuses %s', (_what, fields, actions) => expect(refused(...actions)).toEqual(fields))

  test('says which media there are where it refuses one', () => {
    const option = { external_host: 'a.example:4000', encapsulation: 'audiosocket' }
    expect(() => check({ type: 'external_media_start', option })).toThrow('"audiosocket" is not available on this platform; there is: rtp')
  })

  test.each(actionTypes.filter((type) => actionRules[type].runsIn === 'later'))('refuses "%s", whose service is not there', (type) => {
    expect(refused({ type })).toEqual(['actions.0.type'])
  })

  test('refuses a loop that nothing would ever leave, and lets others be', () => {
    const set = { type: 'variable_set', option: { key: 'a', value: 'b' } }
    const back = (type: string, option = {}) => [
      { ...set, id: idOf('a') },
      { type, option, next_id: idOf('a') },
    ]
    expect(refused(...back('empty'))).toEqual(['actions.0.next_id'])
    expect(refused({ ...set, id: idOf('a'), next_id: idOf('a') })).toEqual(['actions.0.next_id'])
    expect(refused(...back('answer'))).toEqual(['actions.0.next_id'])
    expect(refused(...back('sleep', { duration: 1000 }))).toEqual([])
    expect(refused(...back('condition_variable', {}))).toEqual([])
    expect(refused({ ...set, id: idOf('a') }, { type: 'goto', option: { target_id: idOf('a'), loop_count: 5 } })).toEqual([])
  })

  test('refuses more than a thousand actions, those inside of calls included', () => {
    const inner = Array.from({ length: 600 }, () => ({ type: 'answer' }))
    const placing = { type: 'call', option: { destinations: [{ type: 'tel', target: '+1555123' }], actions: inner } }
    expect(refused(placing, placing)).toEqual(['actions'])
  })

  test('names the flows that it names', () => {
    const actions = check(
      { type: 'fetch_flow', option: { flow_id: idOf('a') } },
      { type: 'recording_start', option: { on_end_flow_id: idOf('b') } },
    )
    expect(flowReferences(actions)).toEqual([
      { id: idOf('a'), field: 'actions.0.option.flow_id' },
      { id: idOf('b'), field: 'actions.1.option.on_end_flow_id' },
    ])
  })
})
