import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import { isWebSocketRequest, type Upgrade } from '../http/upgrades.ts'
import type { WriteAnswer } from './answer.ts'

// Imported, `node:http` shows all its names, and one of them loads the whole of undici: 50 ms and 13 MB.
const { request: requestHttp } = process.getBuiltinModule('node:http')

const HANDSHAKE_TIMEOUT_MS = 10_000
/** How long one side may take to read what the other sent before it ended. */
const LAST_OCTETS_MS = 10_000

/** A handshake that is none is refused before the method is asked. @throws INVALID_ARGUMENT */
export function checkHandshake(request: IncomingMessage): void {
  const { 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers
  if (!isWebSocketRequest(request) || key === undefined)
    throw invalidArgument('This operation is a WebSocket: ask to upgrade (RFC 6455 §4.1)')
  if (version !== '13') throw invalidArgument('Only version 13 of the WebSocket protocol is spoken here')
}

/**
 * Joins the client's socket to the URL that the method answered. The handshake is the target's to answer: after it, octets pass both
 * ways unread, and the end of one side is the end of the other.
 */
export const answerWebSocket: WriteAnswer = async ({ upgrades }, { output, request, reply }) => {
  const upgrade = upgrades.of(request.raw)
  if (!upgrade) throw invalidArgument('This operation is a WebSocket')
  const { url } = output as { url: string }
  const target = await openTarget(new URL(url), request.raw.headers, request.id)
  if (upgrade.socket.destroyed) return void target.socket.destroy()
  reply.hijack()
  upgrade.release()
  upgrades.join(upgrade.socket, target.socket)
  writeHandshake(upgrade.socket, target.response, request.id)
  splice(upgrade, target)
  return reply
}

type Target = { readonly response: IncomingMessage; readonly socket: Socket; readonly head: Buffer }

function openTarget(url: URL, headers: IncomingMessage['headers'], requestId: string): Promise<Target> {
  const isSecure = url.protocol === 'wss:' || url.protocol === 'https:'
  const passedOn = Object.entries(headers).filter(([name]) => name.startsWith('sec-websocket-'))
  const sent: OutgoingHttpHeaders = {
    ...Object.fromEntries(passedOn),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'x-request-id': requestId,
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const options = { hostname, port: url.port, path: `${url.pathname}${url.search}`, headers: sent, timeout: HANDSHAKE_TIMEOUT_MS }
  return awaitUpgrade(isSecure ? requestHttps(options) : requestHttp(options))
}

function awaitUpgrade(request: ClientRequest): Promise<Target> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown) =>
      reject(new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'The stream cannot be opened now', { cause }))
    request.once('upgrade', (response, socket: Socket, head) => resolve({ response, socket, head }))
    request.once('response', (response) => {
      response.destroy()
      refuse(new Error(`The target answered ${response.statusCode} instead of 101`))
    })
    request.once('timeout', () => request.destroy(new Error('The target did not answer the handshake in time')))
    request.once('error', refuse)
    request.end()
  })
}

function writeHandshake(socket: Socket, response: IncomingMessage, requestId: string): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket', `X-Request-Id: ${requestId}`]
  for (const [name, value] of Object.entries(response.headers)) {
    if (name.startsWith('sec-websocket-')) lines.push(`${name}: ${String(value)}`)
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
}

function splice({ socket: client, head: fromClient }: Upgrade, { socket: target, head: fromTarget }: Target): void {
  for (const [socket, other] of [
    [client, target],
    [target, client],
  ] as const) {
    socket.setTimeout(0)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    // A WebSocket that ends one way is over; what was sent before still arrives.
    socket.once('end', () => socket.destroySoon())
    socket.once('close', () => {
      other.setTimeout(LAST_OCTETS_MS, () => other.destroy())
      other.destroySoon()
    })
  }
  if (fromClient.length > 0) target.write(fromClient)
  if (fromTarget.length > 0) client.write(fromTarget)
  client.pipe(target)
  target.pipe(client)
}
