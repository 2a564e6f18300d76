/**
 * Phones for the measurements of media, in a process of their own: each sends 50 packets of G.711 a second to where it is told, paced by
 * absolute deadlines in slots of 5 ms, and counts what comes back. Spoken to by IPC only.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export type LoadRequest =
  | { readonly kind: 'open'; readonly phones: number }
  /** Ports that the phones send to, in their order. */
  | { readonly kind: 'start'; readonly ports: readonly number[] }
  /** Begins to count anew. */
  | { readonly kind: 'count' }
  | { readonly kind: 'stop' }
export type LoadReply =
  | { readonly kind: 'opened'; readonly ports: readonly number[] }
  | { readonly kind: 'counted'; readonly sent: number; readonly received: number; readonly lateMaxMs: number }

const HOST = '127.0.0.1'
const SLOT_MS = 5
const SLOTS = 4
const HEADER_OCTETS = 12
const PAYLOAD_OCTETS = 160
/** What is sent after the last count may still be on its way. */
const DRAIN_MS = 500

const sockets: Socket[] = []
const packets: Buffer[] = []
let ports: readonly number[] = []
const counts = { sent: 0, received: 0, lateMaxMs: 0 }
let timer: NodeJS.Timeout | undefined
let slot = 0
let startMs = 0

async function open(phones: number): Promise<readonly number[]> {
  for (let phone = 0; phone < phones; phone++) {
    const lookup = (host: string, _options: unknown, callback: (error: null, address: string, family: number) => void) =>
      callback(null, host, 4)
    const socket = createSocket({ type: 'udp4', lookup })
    const listening = once(socket, 'listening')
    socket.bind(0, HOST)
    await listening
    socket.setRecvBufferSize(256 * 1024)
    socket.on('message', (datagram) => {
      // Audio of 20 ms only: neither reports nor digits.
      if (datagram.length === HEADER_OCTETS + PAYLOAD_OCTETS) counts.received++
    })
    sockets.push(socket)
    packets.push(packetOf(phone))
  }
  return sockets.map((socket) => socket.address().port)
}

/** Loud noise, another for each phone: no silence that anybody could leave out. */
function packetOf(phone: number): Buffer {
  const packet = Buffer.alloc(HEADER_OCTETS + PAYLOAD_OCTETS)
  packet[0] = 0x80
  packet.writeUInt32BE(phone + 1, 8)
  let seed = phone + 1
  for (let at = HEADER_OCTETS; at < packet.length; at++) {
    seed = (seed * 48_271) % 0x7fffffff
    packet[at] = seed & 0xff
  }
  return packet
}

function beat(): void {
  const nowMs = performance.now()
  while (startMs + slot * SLOT_MS <= nowMs) {
    counts.lateMaxMs = Math.max(counts.lateMaxMs, nowMs - startMs - slot * SLOT_MS)
    for (let phone = slot % SLOTS; phone < sockets.length; phone += SLOTS) send(phone, Math.floor(slot / SLOTS))
    slot++
  }
  timer = setTimeout(beat, Math.max(1, startMs + slot * SLOT_MS - performance.now()))
}

function send(phone: number, frame: number): void {
  const packet = packets[phone]
  const port = ports[phone]
  if (!packet || port === undefined) return
  packet[1] = frame === 0 ? 0x80 : 0
  packet.writeUInt16BE(frame & 0xffff, 2)
  packet.writeUInt32BE((frame * PAYLOAD_OCTETS) >>> 0, 4)
  sockets[phone]?.send(packet, port, HOST)
  counts.sent++
}

const reply = (message: LoadReply): void => void process.send?.(message)

process.on('message', async (request: LoadRequest) => {
  if (request.kind === 'open') reply({ kind: 'opened', ports: await open(request.phones) })
  if (request.kind === 'start') {
    ports = request.ports
    startMs = performance.now()
    beat()
  }
  if (request.kind === 'count') Object.assign(counts, { sent: 0, received: 0, lateMaxMs: 0 })
  if (request.kind === 'stop') {
    clearTimeout(timer)
    setTimeout(() => {
      reply({ kind: 'counted', ...counts })
      process.disconnect()
      for (const socket of sockets) socket.close()
    }, DRAIN_MS)
  }
})
