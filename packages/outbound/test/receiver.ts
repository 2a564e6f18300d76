import http, { type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An HTTP server on the loopback that remembers what it was sent. */
export type Receiver = { readonly port: number; readonly received: Received[]; close(): Promise<void> }

export async function startReceiver(answer: RequestListener, host = '127.0.0.1'): Promise<Receiver> {
  const received: Received[] = []
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Timers that only a test lets run out. */
export function createManualTimers() {
  const timers = new Set<{ readonly ms: number; readonly callback: () => void }>()
  return {
    after(ms: number, callback: () => void) {
      const timer = { ms, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    waiting: () => [...timers].map(({ ms }) => ms).sort((a, b) => a - b),
    /** Lets the timers of that length run out. */
    expire(ms: number) {
      for (const timer of timers) {
        if (timer.ms !== ms) continue
        timers.delete(timer)
        timer.callback()
      }
    },
  }
}
