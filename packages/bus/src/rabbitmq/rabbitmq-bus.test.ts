import { requireServer } from '@voipbin/test-kit'
import { describe } from 'vitest'
import { describeBus } from '../../test/bus-conformance.ts'
import { createRabbitmqBus } from './rabbitmq-bus.ts'

const url = requireServer('bus')

describe.skipIf(url === undefined)('on RabbitMQ', () => {
  describeBus('RabbitMQ bus', async () => {
    const open = (instance: string) => createRabbitmqBus({ url: url ?? '', instance })
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
