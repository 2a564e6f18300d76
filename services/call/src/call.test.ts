import { callStatuses } from '@voipbin/contracts/call-entities'
import { describe, expect, test } from 'vitest'
import { become, hangupReasonOf, muted } from './call.ts'
import { collect } from './digits.ts'
import { sourceOf, wantedBy } from './incoming/destination.ts'

const now = '2026-01-31T08:00:00.000000Z'

describe('the status of a call', () => {
  const allowed: Record<string, string> = {
    dialing: 'ringing progressing terminating canceling hangup',
    ringing: 'progressing terminating canceling hangup',
    progressing: 'terminating hangup',
    terminating: 'hangup',
    canceling: 'hangup',
    hangup: '',
  }
  test.each(callStatuses.flatMap((from) => callStatuses.map((to) => [from, to] as const)))('%s → %s', (status, next) => {
    expect(become({ status }, next, now) !== undefined).toBe(allowed[status]?.split(' ').includes(next))
  })

  test('takes the time of what has one', () => {
    expect(become({ status: 'ringing' }, 'progressing', now)).toEqual({ status: 'progressing', tm_progressing: now })
  })
})

describe('why a call ended', () => {
  const cases: [Parameters<typeof hangupReasonOf>[0], Parameters<typeof hangupReasonOf>[1], string][] = [
    [{ direction: 'outgoing', status: 'dialing' }, { cause: 19, tag: '', by: 'remote' }, 'noanswer'],
    [{ direction: 'outgoing', status: 'ringing' }, { cause: 21, tag: '', by: 'remote' }, 'noanswer'],
    [{ direction: 'outgoing', status: 'ringing' }, { cause: 17, tag: '', by: 'remote' }, 'busy'],
    [{ direction: 'outgoing', status: 'ringing' }, { cause: 26, tag: '', by: 'remote' }, 'normal'],
    [{ direction: 'outgoing', status: 'dialing' }, { cause: 0, tag: '', by: 'remote' }, 'dialout'],
    [{ direction: 'outgoing', status: 'dialing' }, { cause: 38, tag: '', by: 'remote' }, 'failed'],
    [{ direction: 'outgoing', status: 'canceling' }, { cause: 16, tag: '', by: 'remote' }, 'cancel'],
    [{ direction: 'outgoing', status: 'progressing' }, { cause: 16, tag: 'timeout', by: 'remote' }, 'timeout'],
    [{ direction: 'outgoing', status: 'progressing' }, { cause: 38, tag: '', by: 'remote' }, 'normal'],
    [{ direction: 'outgoing', status: 'terminating' }, { cause: 16, tag: 'amd', by: 'remote' }, 'amd'],
    [{ direction: 'incoming', status: 'ringing' }, { cause: 19, tag: '', by: 'remote' }, 'noanswer'],
    [{ direction: 'incoming', status: 'ringing' }, { cause: 17, tag: '', by: 'remote' }, 'busy'],
    [{ direction: 'incoming', status: 'ringing' }, { cause: 16, tag: '', by: 'remote' }, 'normal'],
    [{ direction: 'incoming', status: 'progressing' }, { cause: 38, tag: '', by: 'node' }, 'failed'],
    [{ direction: 'outgoing', status: 'progressing' }, { cause: 41, tag: '', by: 'node' }, 'failed'],
    [{ direction: 'incoming', status: 'ringing' }, { cause: 38, tag: '', by: 'node' }, 'failed'],
    [{ direction: 'incoming', status: 'progressing' }, { cause: 16, tag: '', by: 'node' }, 'normal'],
    [{ direction: 'incoming', status: 'terminating' }, { cause: 38, tag: '', by: 'node' }, 'normal'],
    [{ direction: 'outgoing', status: 'canceling' }, { cause: 38, tag: '', by: 'node' }, 'cancel'],
    [{ direction: 'incoming', status: 'terminating' }, { cause: 16, tag: 'timeout', by: 'remote' }, 'timeout'],
  ]
  test.each(cases)('%j, %j: %s', (call, end, reason) => expect(hangupReasonOf(call, end)).toBe(reason))
})

test.each([
  ['', 'both', true, 'both'],
  ['in', 'out', true, 'both'],
  ['both', 'in', false, 'out'],
  ['both', 'both', false, ''],
  ['', 'in', false, ''],
  ['out', 'out', true, 'out'],
] as const)('muting: %s and %s %s is %s', (current, change, isMuted, expected) => expect(muted(current, change, isMuted)).toBe(expected))

describe('collect()', () => {
  test.each([
    [
      { collected: '', digits: '12' },
      { length: 1, key: '' },
      { collected: '1', digits: '2', isDone: true },
    ],
    [
      { collected: '1', digits: '' },
      { length: 1, key: '' },
      { collected: '1', digits: '', isDone: true },
    ],
    [
      { collected: '', digits: '12#3' },
      { length: 0, key: '#' },
      { collected: '12', digits: '3', isDone: true },
    ],
    [
      { collected: '', digits: '12' },
      { length: 0, key: '#' },
      { collected: '12', digits: '', isDone: false },
    ],
    [
      { collected: '', digits: '' },
      { length: 2, key: '*#' },
      { collected: '', digits: '', isDone: false },
    ],
    [
      { collected: '', digits: '*' },
      { length: 2, key: '*#' },
      { collected: '', digits: '', isDone: true },
    ],
  ])('%j with %j is %j', (queue, option, expected) => expect(collect(queue, option)).toEqual(expected))
})

describe('what a caller asks for', () => {
  test.each([
    ['+15551234', false, { kind: 'number', number: '+15551234' }],
    ['15551234', false, { kind: 'number', number: '+15551234' }],
    ['1000', true, { kind: 'address', address: expect.objectContaining({ type: 'extension', target: '1000' }) }],
    ['agent:ann', true, { kind: 'address', address: expect.objectContaining({ type: 'agent', target: 'ann' }) }],
    ['tel:+1555', true, { kind: 'number', number: '+1555' }],
    ['agent:ann', false, { kind: 'nothing' }],
    ['direct.0123456789ab', false, { kind: 'direct', hash: 'direct.0123456789ab' }],
    ['direct.XYZ', false, { kind: 'nothing' }],
    ['', true, { kind: 'nothing' }],
    ['+1555x', true, { kind: 'nothing' }],
  ])('%s (own: %s)', (destination_user, isOwn, expected) => expect(wantedBy({ destination_user }, isOwn)).toEqual(expected))

  test('a withheld number stays withheld, and an asserted one counts', () => {
    const offered = { from_user: 'x', from_name: 'X', from_host: 'h', asserted_identity: 'sip:+15557777@carrier', is_anonymous: false }
    expect(sourceOf(offered as never)).toMatchObject({ type: 'tel', target: '+15557777' })
    expect(sourceOf({ ...offered, is_anonymous: true } as never)).toMatchObject({ target: 'anonymous' })
    expect(sourceOf({ ...offered, asserted_identity: '' } as never)).toMatchObject({ type: 'sip', target: 'x@h' })
  })
})
