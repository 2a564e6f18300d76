import { connect } from 'amqplib'
import { PARTITIONS } from '../src/index.ts'
import { eventExchange, requestQueue, subscribeQueue } from '../src/names.ts'
import { servicesMade } from './envelopes.ts'

/** Deletes what the tests of this file left on the broker: durable queues and exchanges outlive them. */
export async function clearUp(brokerUrl: string): Promise<void> {
  const model = await connect(brokerUrl, { noDelay: true })
  const channel = await model.createChannel()
  for (const service of servicesMade()) {
    await channel.deleteExchange(eventExchange(service))
    await channel.deleteQueue(requestQueue(service))
    for (let partition = 0; partition < PARTITIONS; partition++) await channel.deleteQueue(subscribeQueue(service, partition))
  }
  await model.close()
}
