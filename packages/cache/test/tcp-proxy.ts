import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A wire to a server that tests can cut, hang and mend. */
export type TcpProxy = {
  readonly port: number
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>
  /** Keeps every connection open and carries nothing, as a pulled cable does. */
  hang(): void
  /** Carries again, and takes new connections. */
  mend(): Promise<void>
  close(): Promise<void>
}

export async function openTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let hanging = false

  function join(near: Socket): void {
    const far = connect(target)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
      if (hanging) from.pause()
    }
  }

  let server: Server | undefined
  async function listen(port: number): Promise<number> {
    server = createServer(join).listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : port
  }
  const port = await listen(0)

  async function cut(): Promise<void> {
    for (const socket of sockets) socket.resetAndDestroy()
    const closing = server
    server = undefined
    if (closing) await new Promise((resolve) => closing.close(resolve))
  }

  return {
    port,
    cut,
    hang() {
      hanging = true
      for (const socket of sockets) socket.pause()
    },
    async mend() {
      hanging = false
      for (const socket of sockets) socket.resume()
      if (!server) await listen(port)
    },
    close: cut,
  }
}
