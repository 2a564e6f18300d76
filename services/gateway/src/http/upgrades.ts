import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

// Imported, `node:http` shows all its names, and one of them loads the whole of undici: 50 ms and 13 MB.
const { ServerResponse } = process.getBuiltinModule('node:http')

/** A request that asks to become a WebSocket, before anybody has decided. */
export type Upgrade = {
  readonly socket: Socket
  /** Octets that came right behind the request. */
  readonly head: Buffer
  /** Takes the socket out of HTTP's hands. */
  release(): void
}

export type Upgrades = {
  /** Undefined for an ordinary request. */
  of(request: IncomingMessage): Upgrade | undefined
  /** Remembers two joined sockets until either closes. */
  join(client: Socket, target: Socket): void
  /** Ends what is joined, at once. */
  close(): void
}

/** Only these leave HTTP: a client that offers `Upgrade: h2c` beside a body, as some do on every request, is answered as usual. */
export const isWebSocketRequest = (request: IncomingMessage): boolean =>
  request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'

/** Sends upgrade requests through the same routes, hooks and refusals as all others. */
export function acceptUpgrades(app: FastifyInstance): Upgrades {
  const pending = new WeakMap<IncomingMessage, Upgrade>()
  const joined = new Set<Socket>()

  app.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    // A socket that breaks is only closed; without a listener it would take the process along.
    socket.on('error', () => socket.destroy())
    response.on('finish', () => socket.destroySoon())
    pending.set(request, { socket, head, release: () => response.detachSocket(socket) })
    app.routing(request, response)
  })

  return {
    of: (request) => pending.get(request),
    join(client, target) {
      for (const socket of [client, target]) {
        joined.add(socket)
        socket.once('close', () => joined.delete(socket))
      }
    },
    close() {
      for (const socket of joined) socket.destroy()
    },
  }
}
