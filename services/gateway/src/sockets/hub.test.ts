import { expect, test } from 'vitest'
import { createHub, type Message, type Subscriber } from './hub.ts'
import { parseTopic, type Topic } from './topic.ts'

const customer = 'customer_id:11111111-1111-4111-8111-111111111111'
const agent = 'agent_id:22222222-2222-4222-8222-222222222222'
const message: Message = { bare: () => Buffer.of(1), enveloped: () => Buffer.of(2) }
const topic = (text: string): Topic => {
  const found = parseTopic(text)
  if (!found) throw new TypeError(`"${text}" is no topic`)
  return found
}

function startHub() {
  const hub = createHub()
  const heard: string[] = []
  const subscriber = (name: string, ...texts: readonly string[]): Subscriber => {
    const own: Subscriber = { send: () => void heard.push(name) }
    for (const text of texts) hub.subscribe(own, topic(text))
    return own
  }
  const publish = () =>
    hub.publish(
      new Map([
        [customer, [`${customer}:call:1`, `${customer}:call:call_created:1`]],
        [agent, [`${agent}:call:1`]],
      ]),
      () => message,
    )
  return { hub, heard, subscriber, publish }
}

test('whoever asked for several beginnings hears an event once, and who asked for others does not', () => {
  const { heard, subscriber, publish } = startHub()
  subscriber('all', customer, `${customer}:call`, `${customer}:call:call_created`, agent)
  subscriber('one', `${customer}:ca`)
  subscriber('other', `${customer}:queue`, `${customer}:call:2`)
  subscriber('agent', agent)
  publish()
  expect(heard.sort()).toEqual(['agent', 'all', 'one'])
})

test('a topic given back is heard no more, another of the same socket is', () => {
  const { hub, heard, subscriber, publish } = startHub()
  const [one, two] = [subscriber('one', customer, agent), subscriber('two', customer)]
  hub.unsubscribe(one, topic(customer))
  hub.unsubscribe(two, topic(customer))
  publish()
  expect(heard).toEqual(['one'])
})

test('a socket that ends while an event goes out keeps it from nobody', () => {
  const { hub, heard, subscriber, publish } = startHub()
  const ending: Subscriber = {
    send() {
      heard.push('ending')
      hub.unsubscribe(ending, topic(customer))
    },
  }
  hub.subscribe(ending, topic(customer))
  subscriber('next', customer)
  publish()
  publish()
  expect(heard).toEqual(['ending', 'next', 'next'])
})

test('an event that nobody wants is never written out', () => {
  const { hub } = startHub()
  hub.publish(new Map([[customer, [`${customer}:call:1`]]]), () => {
    throw new Error('written out')
  })
})
