import type { Bus } from './bus.ts'
import { createLocalBus } from './local/local-bus.ts'
import type { LocalBusOptions } from './local/world.ts'

export type OpenBusOptions = LocalBusOptions & {
  /** Name of this process, seen in the broker's lists of connections and queues. */
  readonly instance: string
}

/**
 * Opens the bus that the URL names: `local:` inside this process, `amqp://…` or `amqps://…` on RabbitMQ.
 * @throws TypeError for any other URL; TransportError when the broker cannot be reached.
 */
export async function openBus(url: string, options: OpenBusOptions): Promise<Bus> {
  if (url === 'local:') return createLocalBus(options)
  if (/^amqps?:\/\//.test(url)) {
    // Loaded only here: a single process needs no AMQP client in its memory.
    const { createRabbitmqBus } = await import('./rabbitmq/rabbitmq-bus.ts')
    return createRabbitmqBus({ ...options, url })
  }
  const [scheme] = url.split(':')
  throw new TypeError(`Cannot open bus "${scheme}:…": the URL must be "local:" or start with "amqp://" or "amqps://"`)
}
