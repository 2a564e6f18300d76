import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly raw: string
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}
export type Behaviour = (response: ServerResponse, received: Received) => void

/** A receiver of webhooks on the loopback. How it answers may change while it runs. */
export type Receiver = {
  readonly uri: string
  readonly received: readonly Received[]
  behave: Behaviour
  /** Requests it has not answered yet, now and at most. */
  underWay(): number
  mostUnderWay(): number
  close(): Promise<void>
  /** Listens again where it did before. */
  reopen(): Promise<void>
}

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end(body)
export const hanging: Behaviour = () => undefined

export async function startReceiver(behave: Behaviour = answering(200), host = '127.0.0.1'): Promise<Receiver> {
  const received: Received[] = []
  let underWay = 0
  let most = 0
  let server: http.Server
  const listen = async (port: number) => {
    server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const raw = Buffer.concat(chunks).toString()
      const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, raw, body: raw ? JSON.parse(raw) : {} }
      received.push(seen)
      most = Math.max(most, ++underWay)
      response.once('close', () => underWay--)
      receiver.behave(response, seen)
    })
    await new Promise<void>((resolve) => server.listen(port, host, resolve))
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  const receiver: Receiver = {
    uri: `http://${host}:${port}/hook`,
    received,
    behave,
    underWay: () => underWay,
    mostUnderWay: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    async reopen() {
      await listen(port)
    },
  }
  return receiver
}
