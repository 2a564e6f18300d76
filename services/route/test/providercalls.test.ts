import { callContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { customer_id, type Routes, startRoutes } from './route-system.ts'

const CALL = '22222222-2222-4222-8222-222222222222'
let it: Routes
const asked: unknown[] = []
beforeEach(async () => {
  asked.length = 0
  it = await startRoutes()
  // Of the calls, only their ids are looked at.
  const answer = async ({ input }: { readonly input: unknown }) => {
    asked.push(input)
    return { output: { calls: [{ id: CALL }], groupcalls: [] } }
  }
  await it.system.bus.serve(callContract.service, answer, { concurrency: 1, commands: [] })
})
afterEach(() => it.close())

const address = (type: 'tel' | 'sip', target: string) => ({ type, target, target_name: '', name: '', detail: '' })
const wish = { customer_id, source: address('tel', '+12025550100'), destinations: [address('tel', '+821012345678')], actions: [] }

test('calls go over that provider and no other, and what was made is kept', async () => {
  const { id: provider_id } = await it.provider('one')
  const made = await it.client.createProvidercall({ ...wish, provider_id })
  expect(asked).toMatchObject([{ ...wish, metadata: { route_provider_ids: [provider_id], skip_source_validation: true, rtp_debug: true } }])
  expect(made).toMatchObject({ customer_id, provider_id, flow_id: NIL_ID, anonymous: 'auto', call_ids: [CALL], groupcall_ids: [] })
  await it.settle()
  expect(it.told()).toContain('providercall_created')
  expect((await it.client.listProvidercalls({ provider_id, page_size: 10, page_token: '' })).result).toEqual([made])
  await it.client.deleteProvidercall({ id: made.id })
  await expect(it.client.getProvidercall({ id: made.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
})

test('nothing is called over a provider that is not there, nor to what is no telephone number', async () => {
  await expect(it.client.createProvidercall({ ...wish, provider_id: CALL })).rejects.toMatchObject({ reason: 'PROVIDER_NOT_FOUND' })
  const { id: provider_id } = await it.provider('one')
  const destinations = [...wish.destinations, address('sip', 'bob@example.com')]
  await expect(it.client.createProvidercall({ ...wish, destinations, provider_id })).rejects.toMatchObject({
    status: 'INVALID_ARGUMENT',
    details: [{ field: 'destinations.1.type' }],
  })
  expect(asked).toEqual([])
})

test('the hosts of all carriers are known, however many there are', async () => {
  const { result } = await it.client.listProviders({ page_size: 1, page_token: '' })
  for (let made = result.length; made < 101; made++) await it.provider(`carrier${made}`)
  expect((await it.client.listCarrierHosts({})).hosts).toHaveLength(101)
})
