import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A host of a customer's that media is streamed to: it keeps the payloads, and says each packet back where it says so. */
export type MediaHost = {
  /** `127.0.0.1:PORT` */
  readonly address: string
  readonly packets: readonly { readonly payloadType: number; readonly timestamp: number; readonly payload: Buffer }[]
  close(): Promise<void>
}

const HEADER_OCTETS = 12

export async function startMediaHost({ isEcho }: { readonly isEcho: boolean }): Promise<MediaHost> {
  const socket = createSocket('udp4')
  const packets: { payloadType: number; timestamp: number; payload: Buffer }[] = []
  socket.on('message', (packet, from) => {
    const payloadType = (packet[1] ?? 0) & 0x7f
    packets.push({ payloadType, timestamp: packet.readUInt32BE(4), payload: packet.subarray(HEADER_OCTETS) })
    if (isEcho) socket.send(packet, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    packets,
    close: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}
