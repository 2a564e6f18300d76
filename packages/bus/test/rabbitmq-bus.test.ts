import { requireServer } from '@voipbin/test-kit'
import { afterAll, describe } from 'vitest'
import { createRabbitmqBus } from '../src/rabbitmq/rabbitmq-bus.ts'
import { describeBus } from './bus-conformance.ts'
import { clearUp } from './rabbitmq-clear-up.ts'

const url = requireServer('bus')

describe.skipIf(url === undefined)('on a broker', () => {
  const brokerUrl = url ?? ''
  afterAll(() => clearUp(brokerUrl))

  describeBus('RabbitMQ bus', async () => {
    const open = (instance: string) => createRabbitmqBus({ url: brokerUrl, instance })
    const [one, two] = await Promise.all([open('one'), open('two')])
    return {
      one,
      two,
      async close() {
        await Promise.all([one.close(), two.close()])
      },
    }
  })
})
