import { setTimeout as wait } from 'node:timers/promises'
import type { Channel, ChannelModel } from 'amqplib'
import { type BusState, type QueueDepth, TransportError } from '../bus.ts'
import { away, type Connection } from './connection.ts'
import { closeChannel } from './kept-channel.ts'

const PING_TIMEOUT_MS = 5000
/** Exists on every broker, so that asking for it changes nothing. */
const SOME_EXCHANGE = 'amq.topic'

/**
 * A round trip through the broker, on a channel of its own.
 * @throws TransportError when a connection is away or the broker is silent for 5 s
 */
export async function ping(connections: readonly Connection[]): Promise<BusState> {
  const started = performance.now()
  await Promise.all(connections.map((connection) => withChannel(connection, (channel) => channel.checkExchange(SOME_EXCHANGE))))
  return { connected: true, latencyMs: performance.now() - started }
}

/** Waiting messages of those queues that exist. @throws TransportError */
export async function queueDepths(connection: Connection, queues: Iterable<string>): Promise<QueueDepth[]> {
  const depths: QueueDepth[] = []
  let missing = [...queues]
  // Asking for a queue that is not there costs the channel; the rest is asked on the next one.
  while (missing.length > 0) {
    missing = await withChannel(connection, async (channel) => {
      for (const [asked, queue] of missing.entries()) {
        const found = await channel.checkQueue(queue).catch(() => undefined)
        if (!found) return missing.slice(asked + 1)
        depths.push({ queue, messages: found.messageCount })
      }
      return []
    })
  }
  return depths
}

async function withChannel<T>(connection: Connection, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const { model } = connection
  if (!model) throw away('The broker is away')
  const patience = new AbortController()
  const silence = wait(PING_TIMEOUT_MS, undefined, { signal: patience.signal }).then(() => {
    throw new TransportError('timeout', `The broker was silent for ${PING_TIMEOUT_MS} ms`)
  })
  try {
    return await Promise.race([askOn(model, ask), silence])
  } catch (cause) {
    if (cause instanceof TransportError) throw cause
    throw away('The broker went away', cause)
  } finally {
    patience.abort()
    silence.catch(() => undefined)
  }
}

async function askOn<T>(model: ChannelModel, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel()
  // The answer tells what went wrong; an error event without a listener would end the process.
  channel.on('error', () => undefined)
  try {
    return await ask(channel)
  } finally {
    void closeChannel(channel)
  }
}
