import type { Answer } from './operate.ts'
import { ACCESS_KEY, type World } from './world.ts'

/** One request of the public API, as any client may send it. */
export type HttpRequest = {
  readonly method: string
  /** From the port on: `/v1.0/tags`. */
  readonly path: string
  /** JSON, or text that is sent as it is. */
  readonly body?: object | string
  /** Undefined: the first customer's; empty: none. */
  readonly accessKey?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly text: string }

const CLIENT_TIMEOUT_MS = 5000

/** The running gateways; a load balancer would know no more. */
export function gatewayUrls(world: World): string[] {
  return world
    .of('gateway')
    .filter((process) => process.isRunning)
    .map(({ plan }) => `http://127.0.0.1:${plan.httpPort}`)
}

/** @throws TypeError where no answer came */
export async function sendTo(url: string, { method, path, body, accessKey = ACCESS_KEY, headers = {} }: HttpRequest): Promise<HttpAnswer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(accessKey === '' ? {} : { authorization: `Bearer ${accessKey}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(CLIENT_TIMEOUT_MS),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export async function send(world: World, request: HttpRequest): Promise<HttpAnswer> {
  const urls = gatewayUrls(world)
  const url = urls[Math.floor(Math.random() * urls.length)]
  if (!url) throw new TypeError('no gateway runs')
  return sendTo(url, request)
}

/** One attempt; what a client makes of the answer. `key` is empty for what needs none. */
export async function attempt<T>(world: World, request: HttpRequest, key: string): Promise<Answer<T>> {
  try {
    const headers = key === '' ? {} : { 'idempotency-key': key }
    const { status, text } = await send(world, { ...request, headers: { ...headers, ...request.headers } })
    const body = JSON.parse(text)
    return status < 300 ? { output: body as T } : body
  } catch (error) {
    return { lost: String(error) }
  }
}
