import type { Call, CallStatus } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { expect, test } from 'vitest'
import { asFirstAsked } from './as-first-asked.ts'

const reused = () => new ServiceError('ALREADY_EXISTS', 'IDEMPOTENCY_KEY_REUSED', 'used for another request')
const call = { id: 'a', status: 'progressing' } as Call
const answers = (first: CallStatus) => (asked: Call) => (asked.status === first ? Promise.resolve('the step') : Promise.reject(reused()))

test.each(['progressing', 'ringing', 'dialing'] as const)('asFirstAsked() gets what was answered while the call was %s', async (first) => {
  expect(await asFirstAsked([call], answers(first))).toBe('the step')
})

test('asFirstAsked() asks once where the flow answers, or refuses for another reason', async () => {
  const asked: CallStatus[] = []
  const away = new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'away')
  const refuse = ({ status }: Call) => {
    asked.push(status)
    return Promise.reject(away)
  }
  await expect(asFirstAsked([call], refuse)).rejects.toBe(away)
  expect(asked).toEqual(['progressing'])
  await expect(asFirstAsked([call], answers('hangup'))).rejects.toMatchObject({ reason: 'FLOW_ASKED_OTHERWISE' })
})

test('asFirstAsked() gets what was answered while the call had another recording', async () => {
  const before = { ...call, recording_ids: ['one'] }
  const ask = ({ status, recording_ids }: Call) =>
    status === 'ringing' && recording_ids.length === 1 ? Promise.resolve('the step') : Promise.reject(reused())
  expect(await asFirstAsked([{ ...call, recording_ids: ['one', 'two'] }, before], ask)).toBe('the step')
})
