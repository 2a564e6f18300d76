import { connect, type Socket } from 'node:net'

export type HttpLoad = {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly connections: number
  readonly requests: number
}
export type HttpRound = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }

/**
 * Sends the same GET over keep-alive connections, one in flight on each. It writes and reads octets itself: the load must cost less than
 * what it measures. @throws Error for any status but 200
 */
export async function loadHttp(load: HttpLoad): Promise<HttpRound> {
  const latenciesMs = new Float64Array(load.requests)
  const counts = { begun: 0, done: 0 }
  const startMs = performance.now()
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, counts, latenciesMs)))
  const seconds = (performance.now() - startMs) / 1000
  latenciesMs.sort()
  const at = (share: number) => latenciesMs[Math.floor(share * (load.requests - 1))] ?? 0
  return { perSecond: load.requests / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function drive(
  { url, headers = {}, requests }: HttpLoad,
  counts: { begun: number; done: number },
  latenciesMs: Float64Array,
): Promise<void> {
  const { hostname, port, pathname, host } = new URL(url)
  const lines = [`GET ${pathname} HTTP/1.1`, `Host: ${host}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    let sentMs = 0
    let received = ''
    const send = () => {
      if (counts.begun >= requests) return void socket.end(resolve)
      counts.begun++
      sentMs = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      const length = responseLength(received)
      if (length === undefined || received.length < length) return
      if (!received.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(`Refused: ${received}`))
      received = received.slice(length)
      latenciesMs[counts.done++] = performance.now() - sentMs
      send()
    })
  })
}

/** Head and body together; undefined while the head is not whole. */
function responseLength(text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  return end + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
}
