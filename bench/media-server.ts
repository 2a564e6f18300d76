/**
 * What is measured of media, in a process of its own so that its processor time is its own: the engine with one worker, or bare sockets
 * that send what comes to one on from the other. Spoken to by IPC only.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createMediaEngine, type LegCodec, type MediaEngine } from '@voipbin/media'

export type Kind = 'bare' | 'relay' | 'mix'
export type ServerRequest =
  /** Phones in groups of so many, which hear each other. */
  | { readonly kind: 'open'; readonly as: Kind; readonly phonePorts: readonly number[]; readonly group: number }
  | { readonly kind: 'count' }
  /** What it cost since. */
  | { readonly kind: 'tell' }
  | { readonly kind: 'stop' }
export type ServerReply =
  | { readonly kind: 'opened'; readonly ports: readonly number[] }
  /** Memory is what has come since before the legs, all that traffic leaves lying about included. */
  | {
      readonly kind: 'counted'
      readonly memoryKb: number
      readonly cpuPercent: number
      readonly lateP99Ms: number
      readonly lateMaxMs: number
    }

const HOST = '127.0.0.1'
const codec: LegCodec = { name: 'PCMU', clockRate: 8_000, sendPayloadType: 0, receivePayloadType: 0 }

let engine: MediaEngine | undefined
let cpu = process.cpuUsage()
let sinceMs = performance.now()
let idleRss = 0

async function openBare(phonePorts: readonly number[]): Promise<readonly number[]> {
  const sockets: Socket[] = []
  for (const [index] of phonePorts.entries()) {
    const lookup = (host: string, _options: unknown, callback: (error: null, address: string, family: number) => void) =>
      callback(null, host, 4)
    const socket = createSocket({ type: 'udp4', lookup })
    const listening = once(socket, 'listening')
    socket.bind(0, HOST)
    await listening
    socket.setRecvBufferSize(256 * 1024)
    sockets.push(socket)
    const other = index ^ 1
    socket.on('message', (datagram) => sockets[other]?.send(datagram, phonePorts[other] ?? 0, HOST))
  }
  return sockets.map((socket) => socket.address().port)
}

async function openLegs(of: MediaEngine, phonePorts: readonly number[], group: number): Promise<readonly number[]> {
  const ports: number[] = []
  for (const [index, remoteRtpPort] of phonePorts.entries()) {
    const [id, affinity] = [`leg${index}`, `bridge${Math.floor(index / group)}`]
    const { rtpPort } = await of.openLeg({ id, affinity, localAddress: HOST })
    ports.push(rtpPort)
    of.connectLeg(id, {
      ...{ remoteAddress: HOST, remoteRtpPort, remoteRtcpPort: 0, signallingAddress: HOST, codec, alternatives: [] },
      ...{ telephoneEvent: undefined, ptimeMs: 20, sends: true, receives: true },
    })
    if (index % group === 0) of.createBridge({ id: affinity, affinity })
    of.join({ leg: id, bridge: affinity, mute: 'none', passDigits: true })
  }
  return ports
}

const reply = (message: ServerReply): void => void process.send?.(message)

process.on('message', async (request: ServerRequest) => {
  if (request.kind === 'open') {
    if (request.as !== 'bare') engine = createMediaEngine({ workers: 1, firstPort: 20_000, lastPort: 31_999 })
    await engine?.stats()
    idleRss = process.memoryUsage().rss
    const ports = engine ? await openLegs(engine, request.phonePorts, request.group) : await openBare(request.phonePorts)
    reply({ kind: 'opened', ports })
  }
  if (request.kind === 'count') {
    await engine?.stats()
    cpu = process.cpuUsage()
    sinceMs = performance.now()
  }
  if (request.kind === 'tell') {
    const { user, system } = process.cpuUsage(cpu)
    const cpuPercent = (user + system) / 10 / (performance.now() - sinceMs)
    const { lateP99Ms = 0, lateMaxMs = 0 } = (await engine?.stats()) ?? {}
    const memoryKb = (process.memoryUsage().rss - idleRss) / 1024
    reply({ kind: 'counted', memoryKb, cpuPercent, lateP99Ms, lateMaxMs })
  }
  if (request.kind === 'stop') {
    await engine?.close()
    process.disconnect()
    process.exit()
  }
})
