import type { IncomingMessage } from 'node:http'
import { ServiceError } from '@voipbin/contracts/errors'
import { type Clock, type Metrics, runInContext, sleep, systemContext, timeoutMs, type Watch } from '@voipbin/service-kit'
import type { WebSocket, WebSocketServer } from 'ws'
import { refuseFrozen } from '../admission/admit.ts'
import type { GatewayConfig } from '../config.ts'
import type { Upgrade } from '../http/upgrades.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import { authenticationRequired, type Caller, type Presented } from '../identity/caller.ts'
import { openConnection } from './connection.ts'
import type { Hub } from './hub.ts'
import { createRegistry, type OpenSocket } from './registry.ts'

/** A subscription has no reason to be longer. */
const MAX_FRAME_OCTETS = 65_536
const GOING_AWAY = 1001
const STOPPING = 'The gateway stops: connect again'
/** Clients get this long to answer our close at the end. */
const LEAVE_MS = 1000

export type NewSocket = {
  readonly request: IncomingMessage
  readonly requestId: string
  readonly upgrade: Upgrade
  readonly caller: Caller
  readonly presented: Presented
  readonly wantsEnvelope: boolean
}
export type Sockets = {
  /** @throws TOO_MANY_SOCKETS, SERVICE_UNAVAILABLE, while the request can still be answered */
  checkRoom(caller: Caller): void
  open(socket: NewSocket): Promise<void>
  /** The same watch, after which the sockets of whom the event tells of are looked at again. */
  recheckAfter(watch: Watch): Watch
  close(): Promise<void>
}

type Parts = {
  readonly hub: Hub
  readonly config: GatewayConfig
  readonly clock: Clock
  readonly metrics: Metrics
  readonly authenticate: Authenticate
}

/** Every open event socket of this process. */
export function createSockets({ hub, config, clock, metrics, authenticate }: Parts): Sockets {
  const registry = createRegistry()
  let server: WebSocketServer | undefined
  let isClosing = false
  const sent = metrics.counter('voipbin_websocket_sent_total', 'Events sent to WebSocket clients')
  const dropped = metrics.counter('voipbin_websocket_dropped_total', 'Events not sent because the client read too slowly; it was cut off')
  metrics.gauge('voipbin_websocket_open', 'WebSocket clients', [], async () => [{ labels: {}, value: registry.size }])

  const identifier = ({ presented, requestId }: NewSocket) => {
    return async (): Promise<Caller> => {
      const context = systemContext({ requestId, operationId: requestId, deadline: clock.now() + timeoutMs.default })
      const caller = await runInContext(context, () => authenticate(presented))
      if (!caller) throw authenticationRequired()
      refuseFrozen(caller)
      return caller
    }
  }

  function join(socket: WebSocket, wanted: NewSocket): void {
    const { caller, wantsEnvelope } = wanted
    // The library writes each of its own frames at one stroke, so ours stand between them.
    const write = (frame: Buffer) => void wanted.upgrade.socket.write(frame)
    const counts = { onSent: () => sent.add(), onDropped: () => dropped.add() }
    const connection = openConnection(socket, caller, wantsEnvelope, { hub, clock, write, ...counts, identify: identifier(wanted) })
    const entry = { connection, socket, caller }
    registry.add(entry)
    socket.on('close', () => registry.remove(entry))
    if (isClosing) connection.close(GOING_AWAY, STOPPING)
  }

  return {
    checkRoom({ actor }) {
      if (isClosing) throw new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'This gateway is about to stop')
      const isFull = registry.size >= config.maxSockets || registry.of(actor.customer_id).size >= config.maxCustomerSockets
      if (isFull) throw new ServiceError('RESOURCE_EXHAUSTED', 'TOO_MANY_SOCKETS', 'Too many WebSockets are open: close some first')
    },
    async open(wanted) {
      server ??= await createServer()
      const { request, requestId, upgrade } = wanted
      upgrade.release()
      request.headers['x-request-id'] = requestId
      server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) => join(socket, wanted))
    },
    recheckAfter({ contract, type, handler }) {
      const thenRecheck: Watch['handler'] = (event) => {
        handler(event)
        for (const { connection } of registry.of(event.resource_id)) void connection.recheck()
      }
      return { contract, type, handler: thenRecheck }
    },
    close() {
      isClosing = true
      return closeAll(registry.all(), clock)
    },
  }
}

/** Resolves when every client has answered, or has had its time to. */
async function closeAll(entries: readonly OpenSocket[], clock: Clock): Promise<void> {
  const gone = entries.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)))
  for (const { connection } of entries) connection.close(GOING_AWAY, STOPPING)
  const enough = new AbortController()
  void Promise.all(gone).then(() => enough.abort())
  await sleep(clock, LEAVE_MS, enough.signal)
  for (const { socket } of entries) socket.terminate()
}

/** Loaded with the first socket. */
async function createServer(): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws')
  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_FRAME_OCTETS })
  server.on('headers', (headers, { headers: { 'x-request-id': requestId } }) => headers.push(`X-Request-Id: ${String(requestId)}`))
  return server
}
