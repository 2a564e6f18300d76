import { setTimeout as pause } from 'node:timers/promises'
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
/** What a busy machine may take for an answer. */
export const PATIENCE_MS = 30_000
const LOOK_MS = 20
const LONGEST_LOOK_MS = 20_000

/** The running gateways; a load balancer would know no more. */
export function gatewayUrls(world: World): string[] {
  return world
    .of('gateway')
    .filter((process) => process.isRunning)
    .map(({ plan }) => `http://127.0.0.1:${plan.httpPort}`)
}

/** @throws TypeError where no answer came, TimeoutError where none came in time */
export async function sendTo(url: string, request: HttpRequest, timeoutMs = CLIENT_TIMEOUT_MS): Promise<HttpAnswer> {
  const { method, path, body, accessKey = ACCESS_KEY, headers = {} } = request
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(accessKey === '' ? {} : { authorization: `Bearer ${accessKey}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export async function send(world: World, request: HttpRequest, timeoutMs = CLIENT_TIMEOUT_MS): Promise<HttpAnswer> {
  const urls = gatewayUrls(world)
  const url = urls[Math.floor(Math.random() * urls.length)]
  if (!url) throw new TypeError('no gateway runs')
  return sendTo(url, request, timeoutMs)
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

/** Waits as long as a busy machine may take, because it asks once. @throws Error for any answer but 200 */
export async function json<T>(world: World, request: HttpRequest): Promise<T> {
  const { status, text } = await send(world, request, PATIENCE_MS)
  if (status !== 200) throw new Error(`${request.method} ${request.path} was answered with ${status}: ${text}`)
  return JSON.parse(text) as T
}

export const get = <T = Readonly<Record<string, unknown>>>(world: World, path: string): Promise<T> =>
  json<T>(world, { method: 'GET', path })
export const post = <T = { readonly id: string }>(world: World, path: string, body: object): Promise<T> =>
  json<T>(world, { method: 'POST', path, body })

/** The same request at every gateway that runs. */
export const everywhere = (world: World, request: HttpRequest): Promise<HttpAnswer[]> =>
  Promise.all(gatewayUrls(world).map((url) => sendTo(url, request)))

/** For how many milliseconds some gateway still answers otherwise than all of them are to; after 20 s they are taken as never to. */
export async function untilEverywhere(world: World, status: number, ...requests: readonly HttpRequest[]): Promise<number> {
  const since = performance.now()
  const isDone = async () =>
    (await Promise.all(requests.map((each) => everywhere(world, each)))).flat().every((each) => each.status === status)
  while (!(await isDone()) && performance.now() - since < LONGEST_LOOK_MS) await pause(LOOK_MS)
  return performance.now() - since
}

/** What a refusal says of its reason. */
export const reasonOf = ({ text }: HttpAnswer): string => (JSON.parse(text) as { error: { reason: string } }).error.reason
