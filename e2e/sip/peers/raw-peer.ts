import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** A socket that says what it likes. */
export type RawPeer = {
  readonly port: number
  send(text: string, to: string): void
  /** The next datagram; undefined when none came in time. */
  receive(timeoutMs: number): Promise<string | undefined>
  close(): void
}

export async function startRawPeer(): Promise<RawPeer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const received: string[] = []
  let wake = () => {}
  socket.on('error', () => {})
  socket.on('message', (datagram) => {
    received.push(datagram.toString('latin1'))
    wake()
  })
  return {
    port: socket.address().port,
    send(text, to) {
      const [host, port] = to.split(':')
      socket.send(Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'latin1'), Number(port), host)
    },
    async receive(timeoutMs) {
      if (received.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return received.shift()
    },
    close: () => socket.close(),
  }
}

/** A request as text; `via` is what it claims to come from. */
export function rawRequest(method: string, uri: string, { via = '127.0.0.1:9', headers = [] as readonly string[] } = {}): string {
  const id = crypto.randomUUID()
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${via};branch=z9hG4bK${id};rport`,
    `From: <sip:raw@127.0.0.1>;tag=${id.slice(0, 8)}`,
    `To: <${uri}>`,
    ...[`Call-ID: ${id}`, `CSeq: 1 ${method}`, 'Max-Forwards: 70', 'Contact: <sip:raw@10.9.8.7:5060>'],
    ...[...headers, 'Content-Length: 0', '', ''],
  ]
  return lines.join('\r\n')
}
