import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEnvelope } from '@voipbin/contracts/event'
import {
  type Bus,
  type BusState,
  type Closable,
  type EventHandler,
  type QueueDepth,
  type ReplyEnvelope,
  type RequestEnvelope,
  type RequestHandler,
  type Topic,
  TransportError,
} from '../bus.ts'
import { answer } from '../wire.ts'
import { openAsking, type Port } from './asking.ts'

type Watcher = (event: EventEnvelope) => void

/** What was opened at the other end, by number, until it is closed. */
type Opened = {
  readonly handlers: Map<number, RequestHandler>
  readonly listeners: Map<number, EventHandler>
  readonly watchers: Map<number, Watcher>
  readonly closables: Set<Closable>
}

/**
 * The bus of another thread of this process, which `lendBus` lends at the other end of the port. It keeps the promises of the bus that is
 * lent: what is handed over here is asked for there, and what comes there is done here. Messages cross as JSON text, which costs less
 * than a copy of what it says.
 */
export function createPortBus(port: Port, onError?: (error: unknown) => void): Bus {
  const opened: Opened = { handlers: new Map(), listeners: new Map(), watchers: new Map(), closables: new Set() }
  const asking = openAsking(port, {
    handle: (key: number, text: string) => handle(opened, key, text, onError),
    take: (key: number, partition: number, texts: readonly string[]) => take(opened, key, partition, texts),
    hear: (key: number, text: string) => hear(opened, key, text, onError),
  })
  let last = 0
  let closing: Promise<void> | undefined
  const refuseIfClosing = () => {
    if (closing) throw new TransportError('closed', 'The bus is closed')
  }

  /** @param forget of whoever would be called; nobody is any more once the other end has closed it */
  function closable(key: number, forget: () => void): Closable {
    const it: Closable = {
      async close() {
        if (!opened.closables.delete(it)) return
        await asking.ask('close', key)
        forget()
      },
    }
    opened.closables.add(it)
    return it
  }

  async function open<T>(kind: Map<number, T>, work: T, name: string, ...values: readonly unknown[]): Promise<Closable & { key: number }> {
    refuseIfClosing()
    const key = ++last
    kind.set(key, work)
    await asking.ask(name, key, ...values)
    return { ...closable(key, () => kind.delete(key)), key }
  }

  async function close(): Promise<void> {
    await Promise.all([...opened.closables].map((each) => each.close()))
    await asking.ask('ping').catch(() => undefined) // what was answered by now is heard before
    asking.giveUp(new TransportError('closed', 'The bus is closed'))
  }

  return {
    request: async (request) => JSON.parse(await asking.ask<string>('request', JSON.stringify(request))) as ReplyEnvelope,
    async serve(service, handler, options) {
      return open(opened.handlers, inOwnContext(handler), 'serve', service, options)
    },
    publish: (events) => asking.ask('publish', JSON.stringify(events)),
    async subscribe(service, topics, handler) {
      const { key, close: end } = await open(opened.listeners, inOwnContext(handler), 'subscribe', service, topics.map(plain))
      return { own: (partitions) => asking.ask('own', key, partitions), close: end }
    },
    watch: (topics, handler) => open(opened.watchers, inOwnContext(handler), 'watch', topics.map(plain)),
    ping: () => asking.ask<BusState>('ping'),
    queueDepths: () => asking.ask<QueueDepth[]>('queueDepths'),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** A topic may be more to whoever names it. */
const plain = ({ publisher, type }: Topic): Topic => ({ publisher, type })

/** Nothing of whoever happens to be at work when a message comes. */
function inOwnContext<A extends readonly unknown[], R>(work: (...values: A) => R): (...values: A) => R {
  const run = AsyncLocalStorage.snapshot()
  return (...values) => run(work, ...values)
}

function handle({ handlers }: Opened, key: number, text: string, onError?: (error: unknown) => void): Promise<string> {
  const handler = handlers.get(key)
  if (!handler) throw new TransportError('unroutable', 'Nobody serves this any more')
  return answer(handler, JSON.parse(text) as RequestEnvelope, onError)
}

async function take({ listeners }: Opened, key: number, partition: number, texts: readonly string[]): Promise<void> {
  const listener = listeners.get(key)
  if (!listener) throw new TransportError('closed', 'Nobody listens to this any more')
  const events = texts.map((text) => JSON.parse(text) as EventEnvelope)
  await listener(events, partition)
}

function hear({ watchers }: Opened, key: number, text: string, onError?: (error: unknown) => void): void {
  try {
    watchers.get(key)?.(JSON.parse(text) as EventEnvelope)
  } catch (error) {
    onError?.(error)
  }
}
