import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

type Seen = { readonly method: string; readonly path: string; readonly authorization: string }
export type FakeS3 = {
  readonly url: string
  readonly objects: Map<string, Buffer>
  readonly seen: readonly Seen[]
  /** Answers 503 to everything from now on, or no more. */
  setAway(isAway: boolean): void
  close(): Promise<void>
}

/** As much of S3 as is asked for here, in memory. */
export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>()
  const seen: Seen[] = []
  let isAway = false
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    seen.push({ method: request.method ?? '', path, authorization: request.headers.authorization ?? '' })
    if (isAway) {
      request.resume()
      response.writeHead(503).end()
    } else if (request.method === 'PUT') {
      objects.set(path, await buffer(request))
      response.end()
    } else if (request.method === 'DELETE') {
      objects.delete(path)
      response.writeHead(204).end()
    } else get(objects.get(path), request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...{ objects, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    setAway(away) {
      isAway = away
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function get(object: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (!object) response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>')
  else if (request.method === 'HEAD') response.writeHead(200, { 'content-length': object.length }).end()
  else if (first === undefined) response.writeHead(200, { 'content-length': object.length }).end(object)
  else {
    const part = object.subarray(Number(first), Number(last) + 1)
    response.writeHead(206, { 'content-length': part.length, 'content-range': `bytes ${first}-${last}/${object.length}` }).end(part)
  }
}
