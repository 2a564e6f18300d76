import type { Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { describe, expect, test } from 'vitest'
import { isDeserted, joinedBy, leftBy } from './confbridge.ts'
import { afterEnd, dueOf, newGroupcall, passesEarlyMedia, verdictOn } from './groupcall.ts'

const [one, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const to = (target: string) => ({ type: 'sip' as const, target, target_name: '', name: '', detail: '' })
const group = (more = {}) => newGroupcall({ customer_id: one, source: to('a@a'), destinations: [to('b@b'), to('c@c')], ...more })

describe('an answer', () => {
  test.each([
    ['progressing', NIL_ID, 'hangup_others', 'won'],
    ['progressing', one, 'hangup_others', 'won'],
    ['progressing', other, 'hangup_others', 'lost'],
    ['progressing', other, '', 'counts'],
    ['hangingup', NIL_ID, 'hangup_others', 'lost'],
    ['hangup', NIL_ID, '', 'lost'],
  ] as const)('to a groupcall that is %s, answered by %s, "%s": %s', (status, answer_call_id, answer_method, expected) => {
    expect(verdictOn({ status, answer_call_id, answer_method }, one)).toBe(expected)
  })
})

describe('the end of something in a groupcall', () => {
  test.each([
    ['others still ring', { call_count: 1 }, 'wait'],
    ['a nested one still rings', { groupcall_count: 1 }, 'wait'],
    ['it was the last', {}, 'end'],
    ['it was the last of the first destination', { ring_method: 'linear' }, 'ring_next'],
    ['it was the last of the last destination', { ring_method: 'linear', dial_index: 1 }, 'end'],
    ['it had answered', { ring_method: 'linear', answer_call_id: one }, 'end'],
    ['it is being hung up', { ring_method: 'linear', status: 'hangingup' }, 'end'],
    ['it has ended before', { status: 'hangup' }, 'wait'],
  ])('%s', (_what, more, expected) => expect(afterEnd(group(more))).toBe(expected))
})

test('one destination at a time is due where it is linear, else all', () => {
  expect(dueOf(group()).map(({ target }) => target)).toEqual(['b@b', 'c@c'])
  expect(dueOf(group({ ring_method: 'linear', dial_index: 1 })).map(({ target }) => target)).toEqual(['c@c'])
})

test('early media is passed on of one far end only, and into a room', () => {
  const early = { has_early_media: true, confbridge_id: one, destinations: [to('b@b')], call_ids: [one] }
  const passes = (more = {}) => passesEarlyMedia(group({ ...early, ...more }) as Groupcall)
  expect(passes()).toBe(true)
  expect(passes({ has_early_media: false })).toBe(false)
  expect(passes({ call_ids: [one, other] })).toBe(false)
  expect(passes({ confbridge_id: NIL_ID })).toBe(false)
})

describe('a room', () => {
  const room = (more = {}) => ({ type: 'connect' as const, status: 'progressing' as const, call_ids: [one], flags: [], ...more })

  test('is joined once, and only while it is there', () => {
    expect(joinedBy(room(), other)).toEqual({ call_ids: [one, other], joined_call_id: other })
    expect(joinedBy(room(), one)).toBeUndefined()
    expect(joinedBy(room({ status: 'terminating' }), other)).toBeUndefined()
  })

  test('is left once', () => {
    expect(leftBy(room(), one)).toEqual({ call_ids: [], leaved_call_id: one })
    expect(leftBy(room(), other)).toBeUndefined()
  })

  test.each([
    [{}, true],
    [{ call_ids: [] }, true],
    [{ call_ids: [one, other] }, false],
    [{ type: 'conference' }, false],
    [{ flags: ['no_auto_leave'] }, false],
    [{ status: 'terminating' }, false],
  ])('%j is deserted: %s', (more, expected) => expect(isDeserted(room(more))).toBe(expected))
})
