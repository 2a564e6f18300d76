import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { expect, test } from 'vitest'
import { reached, triesNextWay } from './next-way.ts'

const created = '2026-01-01T00:00:00.000000Z'
const way = { id: NIL_ID, destination: 'sip:+1@a', proxy: '', flow: '', node_id: '', codecs: [], headers: [] }
type Dialled = Pick<Call, 'status' | 'has_early_execution' | 'dialroutes' | 'dialroute_index' | 'tm_create'>
const dialled: Dialled = { status: 'dialing', has_early_execution: false, dialroutes: [way, way], dialroute_index: 0, tm_create: created }
const tries = (
  call: Partial<Dialled>,
  end: { cause: number; sip_status?: number; by?: 'local' | 'remote' | 'network' | 'node' },
  afterMs = 1000,
) =>
  triesNextWay(
    { ...dialled, ...call },
    { sip_status: 0, by: 'remote', ...end },
    { now: addMilliseconds(created, afterMs), dialTimeoutMs: 60_000 },
  )

test.each([
  ['503', { cause: 34, sip_status: 503 }, true],
  ['500', { cause: 38, sip_status: 500 }, true],
  ['502', { cause: 27, sip_status: 502 }, true],
  ['504', { cause: 102, sip_status: 504 }, true],
  ['404: this carrier does not know the number', { cause: 1, sip_status: 404 }, true],
  ['408', { cause: 18, sip_status: 408 }, true],
  ['488', { cause: 58, sip_status: 488 }, true],
  ['a transaction that timed out', { cause: 18, sip_status: 408, by: 'network' }, true],
  ['a carrier that cannot be reached', { cause: 34, sip_status: 503, by: 'network' }, true],
  ['a leg that the node did not take', { cause: 38, by: 'node' }, true],
  ['403', { cause: 21, sip_status: 403 }, false],
  ['480', { cause: 19, sip_status: 480 }, false],
  ['486', { cause: 17, sip_status: 486 }, false],
  ['487', { cause: 16, sip_status: 487 }, false],
  ['600', { cause: 17, sip_status: 600 }, false],
  ['603', { cause: 21, sip_status: 603 }, false],
  ['604: nobody anywhere', { cause: 1, sip_status: 604 }, false],
  ['606', { cause: 58, sip_status: 606 }, false],
  ['503 with the Reason that the callee is busy', { cause: 17, sip_status: 503 }, false],
  ['no answer in time', { cause: 19, by: 'network' }, false],
  ['answered elsewhere', { cause: 26, sip_status: 200 }, false],
  ['our own hang-up', { cause: 38, by: 'local' }, false],
  ['the longest duration', { cause: 200 }, false],
  ['a machine that answered', { cause: 201 }, false],
] as const)('triesNextWay() after %s', (_what, end, expected) => {
  expect(tries({}, end)).toBe(expected)
})

const failed = { cause: 34, sip_status: 503 }
test.each([
  ['rings', { status: 'ringing' }, true],
  ['rings while its flow runs already', { status: 'ringing', has_early_execution: true }, false],
  ['was answered', { status: 'progressing' }, false],
  ['is being cancelled', { status: 'canceling' }, false],
  ['is over', { status: 'hangup' }, false],
  ['is on its last way', { dialroute_index: 1 }, false],
  ['has one way', { dialroutes: [way] }, false],
] as const)('triesNextWay() for a call that %s', (_what, call, expected) => {
  expect(tries({ ...call, dialroutes: [...((call as Partial<Dialled>).dialroutes ?? dialled.dialroutes)] }, failed)).toBe(expected)
})

test('triesNextWay() as long as there is time', () => {
  expect([tries({}, failed, 59_999), tries({}, failed, 60_000)]).toEqual([true, false])
})

test('reached() leaves no further way', () => {
  expect(reached({ dialroutes: [way, way, way], dialroute_index: 1 })).toEqual({ dialroutes: [way, way] })
  expect(reached({ dialroutes: [way], dialroute_index: 0 })).toEqual({})
})
