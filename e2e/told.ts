import type { Call, CallStatus } from '@voipbin/contracts/call-entities'
import type { Page } from '@voipbin/contracts/page'
import type { TimelineEvent } from '@voipbin/contracts/timeline'
import type { Received } from '@voipbin/test-kit'
import { expect } from 'vitest'
import type { LightCall } from './callers.ts'
import { attempt, PATIENCE_MS, send } from './http.ts'
import { untilAcknowledged } from './operate.ts'
import { until } from './scene.ts'
import type { World } from './world.ts'

/** What the API, a receiver and the timeline tell of calls. Without a key: of the first customer's. */

export const listCalls = async (world: World, accessKey?: string): Promise<readonly Call[]> => {
  const request = { method: 'GET', path: '/v1.0/calls?page_size=100', ...keyOf(accessKey) }
  return (await untilAcknowledged('the list of calls', (key) => attempt<Page<Call>>(world, request, key))).result
}

/** @returns the calls by who called */
export async function untilAll(
  world: World,
  status: CallStatus,
  calls: readonly LightCall[],
  accessKey?: string,
): Promise<ReadonlyMap<string, Call>> {
  let found = new Map<string, Call>()
  const isSo = ({ from }: LightCall) => found.get(from)?.status === status
  await until(async () => {
    found = new Map((await listCalls(world, accessKey)).map((call) => [call.source.target, call]))
    return calls.every(isSo)
  }, `every call to be ${status}`).catch((error: unknown) =>
    expect(
      calls.filter((call) => !isSo(call)).map(({ from }) => found.get(from)),
      String(error),
    ).toEqual([]),
  )
  return new Map(calls.map(({ from }) => [from, found.get(from) as Call]))
}

export type Kind = 'call' | 'activeflow'

/** Requests about one resource, repetitions included. */
export const requestsOf = (received: readonly Received[], kind: Kind, id: string): readonly Received[] =>
  received.filter(({ body }) => body.type?.startsWith(`${kind}_`) && body.data['id'] === id)

/** What a receiver makes of it that remembers what it has had: the first of each delivery. */
export const heardOf = (received: readonly Received[], kind: Kind, id: string): readonly string[] => {
  const heard = requestsOf(received, kind, id).map(({ headers, body }) => [headers['webhook-id'], tell(body.type, body.data)] as const)
  return [...new Map(heard).values()]
}

/** Oldest first; none where the timeline has not heard of it yet. */
export async function timelineOf(world: World, kind: Kind, id: string, accessKey?: string): Promise<readonly TimelineEvent[]> {
  const request = { method: 'GET', path: `/v1.0/timelines/${kind}s/${id}/events?page_size=1000`, ...keyOf(accessKey) }
  const { status, text } = await send(world, request, PATIENCE_MS)
  if (status === 404) return []
  if (status !== 200) throw new Error(`The timeline answered with ${status}: ${text}`)
  return (JSON.parse(text) as Page<TimelineEvent>).result.toReversed()
}

/** Oldest first. */
export async function recordedOf(world: World, kind: Kind, id: string, accessKey?: string): Promise<readonly string[]> {
  return (await timelineOf(world, kind, id, accessKey))
    .filter(({ event_type }) => event_type.startsWith(`${kind}_`))
    .map(({ event_type, data }) => tell(event_type, data))
}

const keyOf = (accessKey: string | undefined) => (accessKey === undefined ? {} : { accessKey })

const tell = (type: string, data: Readonly<Record<string, unknown>>): string =>
  `${type} ${data['status']} ${(data['action'] as { type: string } | null)?.type ?? '-'} ${data['tm_update']}`
