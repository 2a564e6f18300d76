import { ServiceError, type Status } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, callDoing, customer, startCalls } from './call-system.ts'

const OWN = '+12025550123'
let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
  calls.state.numbers = { [OWN]: { id: crypto.randomUUID(), customer_id: customer.id, is_virtual: false } }
  calls.state.dialroutes = [{ id: crypto.randomUUID(), destination: 'sip:+821012345678@one.example', codecs: [], headers: [] }]
  await calls.beat()
  await calls.client.updateOwnOutboundConfig({ customer_id: customer.id, destination_whitelist: ['KR'] })
})
afterEach(() => calls.close())

const failing = (status: Status) => new ServiceError(status, status, 'cannot say')

async function place(target = '+821012345678', source = OWN): Promise<string> {
  const { call_ids } = await calls.client.placeCalls({
    ...{ customer_id: customer.id, master_call_id: NIL_ID, flow_id: NIL_ID, is_chained: false, has_early_execution: false, variables: {} },
    ...{ source: { type: 'tel', target: source }, destinations: [{ type: 'tel', target }], anonymous: 'auto' },
    actions: acts({ type: 'answer' }),
  })
  await calls.settle()
  return call_ids[0] ?? ''
}
const get = (id: string) => calls.client.getCall({ id })
/** Time passes on a node that lives. */
async function wait(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    if (second % 4 === 0) await calls.beat()
    await calls.clock.advance(1000)
  }
}

describe('a call whose way', () => {
  test('is refused to be told ends at once', async () => {
    calls.state.lookup = failing('INVALID_ARGUMENT')
    expect(await get(await place())).toMatchObject({ status: 'hangup', hangup_by: 'local', hangup_reason: 'failed' })
  })

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)('cannot be found out for a while is dialled when it can: %s', async (status) => {
    calls.state.lookup = failing(status)
    const id = await place()
    await wait(10)
    expect(await get(id)).toMatchObject({ status: 'dialing' })
    calls.state.lookup = undefined
    await wait(20)
    expect(calls.toldTo('dial')).toMatchObject([{ id }])
  })

  test('cannot be found out for more than a minute ends', async () => {
    calls.state.lookup = failing('UNAVAILABLE')
    const id = await place()
    await wait(100)
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'failed' })
  })

  test('is over a node that cannot be reached for more than a minute is hung up on that node once it can', async () => {
    calls.state.isAway = true
    const id = await place()
    await wait(100)
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'failed' })
    calls.state.isAway = false
    await wait(35)
    expect(calls.toldTo('hangup')).toMatchObject([{ id }])
  })
})

test.each(['UNAVAILABLE', 'INVALID_ARGUMENT'] as const)(
  'a caller does not wait for ever for phones that cannot be found: %s',
  async (status) => {
    calls.state.lookup = failing(status)
    const id = await callDoing(calls, { type: 'connect', option: { destinations: [{ type: 'extension', target: '1000' }] } })
    await wait(100)
    expect(await get(id)).toMatchObject({ status: 'progressing', action: { type: 'sleep' } })
    expect((await calls.client.listGroupcalls({ customer_id: customer.id })).result).toMatchObject([{ status: 'hangup' }])
  },
)

test('numbers are dialled as networks write them, however people do', async () => {
  const id = await place('+82 (10) 1234-5678', '+1 202-555-0123')
  expect(await get(id)).toMatchObject({ destination: { target: '+821012345678' }, source: { target: OWN }, status: 'dialing' })
})

test('a call goes on when its flow was changed by others at the same moment', async () => {
  const id = await callDoing(calls, { type: 'sleep', option: { duration: 1000 } }, { type: 'sleep', option: { duration: 2000 } })
  const { nextAction } = calls.flow.answers
  calls.flow.answers.nextAction = () => {
    throw new ServiceError('FAILED_PRECONDITION', 'CONFLICT', 'changed by others')
  }
  await calls.clock.advance(1500)
  calls.flow.answers.nextAction = nextAction
  await calls.clock.advance(1500)
  expect(calls.toldTo('hangup')).toEqual([])
  expect(await get(id)).toMatchObject({ action: { type: 'sleep', option: { duration: 2000 } } })
})
