import type { EventEnvelope } from '@voipbin/contracts/event'
import { describe, expect, test } from 'vitest'
import { deliveriesTo, groupsOf } from './deliveries.ts'
import { onAny } from './listener.ts'

const topic = (type: string) => ({ publisher: 'shop', type })
const listener = (name: string, types: string[], batch = 50) => onAny(types.map(topic), name, async () => undefined, { batch })
const events = (...types: string[]) => types.map((type, index) => ({ ...topic(type), id: String(index) }) as EventEnvelope)
const shown = (group: ReturnType<typeof groupsOf>[number]) => group.map(({ event, listener: { name } }) => `${event.id}${name}`).join(' ')

describe('deliveriesTo()', () => {
  test('goes by event, then by listener, and leaves out what nobody hears', () => {
    const deliveries = deliveriesTo([listener('x', ['a']), listener('y', ['a', 'b']), listener('z', ['a', 'a'])])
    expect(shown(deliveries(events('b', 'a', 'c', 'b')))).toBe('0y 1x 1y 1z 3y')
    expect(deliveries([{ ...(events('a')[0] as EventEnvelope), publisher: 'mail' }])).toEqual([])
  })
})

describe('groupsOf()', () => {
  test('keeps the order, and of each listener no more than its batch', () => {
    const deliveries = deliveriesTo([listener('x', ['a'], 2), listener('y', ['a', 'b'], 3)])
    expect(groupsOf(deliveries(events('a', 'b', 'a', 'b', 'a', 'a'))).map(shown)).toEqual(['0x 0y 1y 2x 2y', '3y 4x 4y 5x 5y'])
    expect(groupsOf([])).toEqual([])
  })
})
