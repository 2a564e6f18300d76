import { once } from 'node:events'
import { type RawData, WebSocket } from 'ws'

export type SocketEnd = { readonly code: number; readonly reason: string }

/** A client of events. */
export type EventSocket = {
  /** What came, oldest first. */
  readonly frames: readonly unknown[]
  /** Resolves when the server has read it. */
  subscribe(...topics: readonly string[]): Promise<void>
  /** Sends what is not awaited, because it may end the socket. */
  send(frame: object): void
  readonly ended: Promise<SocketEnd>
  close(): void
}

export type SocketOptions = {
  readonly token: string
  readonly wantsEnvelope?: boolean
}

/** @param url of a gateway. @throws Error where it does not answer with 101 */
export async function openSocket(url: string, { token, wantsEnvelope = false }: SocketOptions): Promise<EventSocket> {
  const path = `/v1.0/ws${wantsEnvelope ? '?envelope=true' : ''}`
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const frames: unknown[] = []
  socket.on('message', (data: RawData) => void frames.push(JSON.parse(String(data))))
  const { promise: ended, resolve } = Promise.withResolvers<SocketEnd>()
  socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  await once(socket, 'open')
  // A process that dies breaks the connection, which the close tells.
  socket.on('error', () => undefined)
  const send = (frame: object) => socket.send(JSON.stringify(frame))
  return {
    frames,
    ended,
    send,
    async subscribe(...topics) {
      send({ type: 'subscribe', topics })
      // Frames are read in order: what is answered was read, and so was what came before.
      socket.ping()
      await Promise.race([once(socket, 'pong'), ended])
      if (socket.readyState !== WebSocket.OPEN) throw new Error(`The socket was closed: ${JSON.stringify(await ended)}`)
    },
    close: () => socket.close(),
  }
}
