import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A cable between a bus and its broker that can be cut. */
export type TcpProxy = {
  /** The broker's URL by way of the proxy. */
  readonly url: string
  /** Breaks all connections; new ones are refused until `mend`. */
  cut(): void
  mend(): void
  /** The broker still hears us, but we do not hear the broker, until the cable is cut. */
  deafen(): void
  close(): Promise<void>
}

export async function openProxy(brokerUrl: string): Promise<TcpProxy> {
  const broker = new URL(brokerUrl)
  const sockets = new Set<Socket>()
  const fromBroker = new Set<Socket>()
  let isCut = false

  const follow = (socket: Socket, other: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
    socket.setNoDelay(true).pipe(other)
  }
  const server = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy()
      return
    }
    const far = connect(Number(broker.port), broker.hostname)
    follow(near, far)
    follow(far, near)
    fromBroker.add(far)
    far.on('close', () => fromBroker.delete(far))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(brokerUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: url.href,
    cut() {
      isCut = true
      breakAll()
    },
    mend() {
      isCut = false
    },
    deafen() {
      for (const socket of fromBroker) socket.unpipe().resume()
    },
    async close() {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
