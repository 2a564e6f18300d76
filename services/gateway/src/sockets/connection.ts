import { ServiceError } from '@voipbin/contracts/errors'
import type { Clock } from '@voipbin/service-kit'
import type { RawData, WebSocket } from 'ws'
import type { Caller } from '../identity/caller.ts'
import type { Hub, Message, Subscriber } from './hub.ts'
import { mayHear, parseTopic, type Topic } from './topic.ts'

const PING_MS = 10_000
/** Nothing heard for so long, not even a pong: nobody is there. */
const SILENCE_MS = 60_000
/** What may wait for a slow reader. */
export const MAX_WAITING_OCTETS = 262_144
/** A client that has not answered our close by then is cut off. */
const CLOSE_MS = 5000
export const MAX_TOPICS = 500
/** Frames between two pings. */
const MAX_FRAMES = 1000

/** Close codes of RFC 6455 §7.4.1 and its registry. */
const POLICY_VIOLATION = 1008
const TRY_AGAIN_LATER = 1013

export type ConnectionParts = {
  readonly hub: Hub
  readonly clock: Clock
  /** Who is behind the socket now; the promise rejects where nobody is any more. */
  readonly identify: () => Promise<Caller>
  /** Sends octets as they are: the frame of an event is the same for all, and made once. */
  readonly write: (frame: Buffer) => void
  readonly onSent: () => void
  readonly onDropped: () => void
}
export type Connection = {
  /** Looks again who is behind it, and closes it where that is nobody any more, or somebody who may hear less. */
  recheck(): Promise<void>
  close(code: number, reason: string): void
}

/** One open socket: takes its subscriptions, sends it what it asked for, and keeps watch on it. */
export function openConnection(socket: WebSocket, caller: Caller, wantsEnvelope: boolean, parts: ConnectionParts): Connection {
  const { hub, clock } = parts
  const topics = new Map<string, Topic>()
  const watchdog = { heardMs: clock.monotonic(), frames: 0, cancel: () => {} }
  let current = caller

  function close(code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return
    leave()
    socket.close(code, reason)
    watchdog.cancel = clock.after(CLOSE_MS, () => socket.terminate())
  }

  const subscriber: Subscriber = {
    send(message: Message) {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MAX_WAITING_OCTETS) {
        parts.onDropped()
        return close(TRY_AGAIN_LATER, 'Events come faster than they are read: subscribe to less, or read faster')
      }
      parts.write(wantsEnvelope ? message.enveloped() : message.bare())
      parts.onSent()
    },
  }

  function leave(): void {
    watchdog.cancel()
    for (const topic of topics.values()) hub.unsubscribe(subscriber, topic)
    topics.clear()
  }

  function receive(data: RawData): void {
    if (socket.readyState !== socket.OPEN) return
    watchdog.heardMs = clock.monotonic()
    if (++watchdog.frames > MAX_FRAMES) return void close(POLICY_VIOLATION, 'Too many frames')
    const frame = parseFrame(data)
    if (!frame) return
    for (const text of frame.topics) {
      if (socket.readyState !== socket.OPEN) return
      const topic = parseTopic(text)
      if (!topic || !mayHear(current, topic)) return void close(POLICY_VIOLATION, 'No such topic, or not one of yours')
      if (frame.type === 'subscribe') subscribe(topic)
      else unsubscribe(topic)
    }
  }

  function subscribe(topic: Topic): void {
    if (topics.has(topic.text)) return
    if (topics.size >= MAX_TOPICS) return void close(POLICY_VIOLATION, `More than ${MAX_TOPICS} topics`)
    topics.set(topic.text, topic)
    hub.subscribe(subscriber, topic)
  }

  function unsubscribe(topic: Topic): void {
    if (topics.delete(topic.text)) hub.unsubscribe(subscriber, topic)
  }

  async function recheck(): Promise<void> {
    try {
      current = await parts.identify()
    } catch (error) {
      // Where nobody can tell just now, what was true a moment ago still holds.
      if (error instanceof ServiceError && refusals.has(error.status)) close(POLICY_VIOLATION, error.message.slice(0, 120))
      return
    }
    if ([...topics.values()].some((topic) => !mayHear(current, topic))) close(POLICY_VIOLATION, 'The permission for a topic was taken away')
  }

  function watch(): void {
    if (clock.monotonic() - watchdog.heardMs > SILENCE_MS) return void socket.terminate()
    watchdog.frames = 0
    socket.ping()
    void recheck()
    watchdog.cancel = clock.after(PING_MS, watch)
  }

  socket.on('message', receive)
  socket.on('pong', () => {
    watchdog.heardMs = clock.monotonic()
  })
  // What breaks the protocol is closed by the library itself, with the right code.
  socket.on('error', () => {})
  socket.on('close', leave)
  watchdog.cancel = clock.after(PING_MS, watch)
  return { recheck, close }
}

const refusals: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED'])

type Frame = { readonly type: 'subscribe' | 'unsubscribe'; readonly topics: readonly unknown[] }

/** What is no JSON, or no frame of ours, is ignored, as the original API does. */
function parseFrame(data: RawData): Frame | undefined {
  try {
    const frame = JSON.parse(String(data)) as Partial<Frame> | null
    if (frame?.type !== 'subscribe' && frame?.type !== 'unsubscribe') return undefined
    return Array.isArray(frame.topics) ? { type: frame.type, topics: frame.topics } : undefined
  } catch {
    return undefined
  }
}
