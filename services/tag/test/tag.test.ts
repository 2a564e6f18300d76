import { customerContract } from '@voipbin/contracts/customer'
import { tagContract } from '@voipbin/contracts/tag'
import { aCustomer, createFakeClock, type FakeClock, publishEvent, recordEvents, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tagService } from '../src/index.ts'

const customer_id = '11111111-1111-4111-8111-111111111111'

describe('tag', () => {
  let system: System
  let clock: FakeClock
  const tag = () => system.client(tagContract)

  beforeEach(async () => {
    clock = createFakeClock()
    system = await startSystem({ services: [tagService], clock })
  })
  afterEach(() => system.close())

  test('a tag is made, read, changed, listed and deleted', async () => {
    const made = await tag().createTag({ customer_id, name: 'vip', detail: 'first' })
    expect(made).toMatchObject({ customer_id, name: 'vip', detail: 'first', tm_update: null, tm_delete: null, version: 1 })
    expect(await tag().getTag({ id: made.id })).toEqual(made)
    const changed = await tag().updateTag({ id: made.id, name: 'VIP', detail: '' })
    expect(changed).toMatchObject({ name: 'VIP', detail: '', version: 2 })
    expect((await tag().listTags({ customer_id })).result).toEqual([changed])
    const gone = await tag().deleteTag({ id: made.id })
    expect(gone.tm_delete).not.toBeNull()
    await expect(tag().getTag({ id: made.id })).rejects.toMatchObject({ status: 'NOT_FOUND', reason: 'RESOURCE_NOT_FOUND' })
    expect((await tag().listTags({ customer_id })).result).toEqual([])
  })

  test('each change is told once, in order, with the version as sequence', async () => {
    const log = await recordEvents(system.bus, [tagContract])
    const { id } = await tag().createTag({ customer_id, name: 'a', detail: '' })
    await tag().updateTag({ id, name: 'b', detail: '' })
    await tag().deleteTag({ id })
    await clock.advance(300)
    expect(log.events.map(({ type, sequence, order_key }) => [type, sequence, order_key])).toEqual([
      ['tag_created', 1, id],
      ['tag_updated', 2, id],
      ['tag_deleted', 3, id],
    ])
  })

  test('pages go from new to old without gaps', async () => {
    for (let n = 0; n < 5; n++) await tag().createTag({ customer_id, name: `n${n}`, detail: '' })
    const first = await tag().listTags({ customer_id, page_size: 3 })
    const second = await tag().listTags({ customer_id, page_size: 3, page_token: first.next_page_token })
    const third = await tag().listTags({ customer_id, page_size: 3, page_token: second.next_page_token })
    expect([...first.result, ...second.result].map(({ name }) => name)).toEqual(['n4', 'n3', 'n2', 'n1', 'n0'])
    expect(third).toEqual({ result: [], next_page_token: '' })
  })

  test('when a customer is deleted its tags are deleted, to the end and once more a minute later', async () => {
    const customer = aCustomer()
    for (let n = 0; n < 3; n++) await tag().createTag({ customer_id: customer.id, name: `n${n}`, detail: '' })
    const other = await tag().createTag({ customer_id, name: 'other', detail: '' })
    await publishEvent(system.bus, customerContract, 'customer_deleted', customer)
    await clock.advance(2000)
    expect((await tag().listTags({ customer_id: customer.id })).result).toEqual([])
    await tag().createTag({ customer_id: customer.id, name: 'late', detail: '' })
    await clock.advance(61_000)
    expect((await tag().listTags({ customer_id: customer.id })).result).toEqual([])
    expect(await tag().getTag({ id: other.id })).toEqual(other)
  })

  test('a field of the wrong type or an unknown one is refused by name', async () => {
    await expect(tag().createTag({ customer_id, name: 1 as unknown as string, detail: '' })).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      details: [{ field: 'name' }],
    })
    const extra = { customer_id, name: 'a', detail: '', colour: 'red' }
    await expect(tag().createTag(extra)).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', message: expect.stringContaining('colour') })
  })
})
