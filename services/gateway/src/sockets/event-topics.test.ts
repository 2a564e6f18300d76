import { expect, test } from 'vitest'
import { topicsOf } from './event-topics.ts'

const envelope = { id: 'e', time: 't', sequence: 1, order_key: 'k', request_id: 'r', trace: '' }
const event = (type: string, publisher: string, data: Record<string, unknown>) => ({
  ...{ ...envelope, type, publisher, customer_id: 'C', resource_id: 'R', data },
})
const topics = (...args: Parameters<typeof topicsOf>) => Object.fromEntries(topicsOf(...args))

test('an event goes out in the old form and the new one', () => {
  expect(topics(event('recording_started', 'call', {}), { topics: [] })).toEqual({
    'customer_id:C': ['customer_id:C:recording:R', 'customer_id:C:call:recording_started:R'],
  })
})

test('to the agent who owns the resource as well, but not to nobody', () => {
  expect(topics(event('call_created', 'call', { owner_id: 'A' }), { topics: [] })).toMatchObject({
    'agent_id:A': ['agent_id:A:call:R', 'agent_id:A:call:call_created:R'],
  })
  const nobody = { owner_id: '00000000-0000-0000-0000-000000000000' }
  expect(Object.keys(topics(event('call_created', 'call', nobody), { topics: [] }))).toEqual(['customer_id:C'])
  expect(topics({ ...event('provider_created', 'route', {}), customer_id: '' }, { topics: [] })).toEqual({})
})

test('what the contract names is filled in, a list for each of its entries', () => {
  const declared = {
    topics: ['customer_id:{customer_id}:chat:{chat_id}', 'agent_id:{agents}:chat:{chat_id}', 'agent_id:{nobody}:chat:{chat_id}'],
  }
  const data = { customer_id: 'C', chat_id: 'X', agents: ['A', 'B'], nobody: null }
  expect(topics(event('chatmessage_created', 'talk', data), declared)).toEqual({
    'customer_id:C': [
      ...['customer_id:C:chatmessage:R', 'customer_id:C:talk:chatmessage_created:R'],
      ...['customer_id:C:chat:X', 'customer_id:C:talk:chatmessage_created:X'],
    ],
    'agent_id:A': ['agent_id:A:chat:X', 'agent_id:A:talk:chatmessage_created:X'],
    'agent_id:B': ['agent_id:B:chat:X', 'agent_id:B:talk:chatmessage_created:X'],
  })
})

test('a field cannot name another field', () => {
  expect(Object.keys(topics(event('a_b', 'a', { x: '{y}', y: 'secret' }), { topics: ['agent_id:{x}:a:{y}'] }))).toContain('agent_id:y')
})
