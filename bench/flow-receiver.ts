/** The customer's web server of `bench/flow-calls.ts` in a process of its own: takes webhooks, and counts those of each call. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly requests: number
  readonly byType: Readonly<Record<string, number>>
  /** Of the calls that were told of: the fewest and the most. */
  readonly fewest: number
  readonly most: number
  /** From the change that it tells of to its arrival. */
  readonly ageMs: readonly number[]
  readonly cpuMs: number
}
type Told = { readonly type: string; readonly data: Readonly<Record<string, string | null>> }

let byType: Record<string, number> = {}
let byCall = new Map<string, number>()
let ageMs: number[] = []
let cpu = process.cpuUsage()

const server = http.createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  response.end()
  const { type, data } = JSON.parse(Buffer.concat(chunks).toString()) as Told
  const call = (type.startsWith('activeflow_') ? data['reference_id'] : data['id']) ?? ''
  byType[type] = (byType[type] ?? 0) + 1
  byCall.set(call, (byCall.get(call) ?? 0) + 1)
  ageMs.push(Date.now() - Date.parse(`${(data['tm_update'] ?? data['tm_create'] ?? '').slice(0, 23)}Z`))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1')
await once(server, 'listening')

/** What came since it was asked last. */
process.on('message', (asked: 'count' | 'tell') => {
  if (asked === 'count') return void process.send?.(ageMs.length)
  const { user, system } = process.cpuUsage(cpu)
  const counts = [...byCall.values()]
  const received: Received = {
    ...{ requests: ageMs.length, byType, ageMs, cpuMs: (user + system) / 1_000 },
    ...{ fewest: Math.min(...counts), most: Math.max(...counts) },
  }
  process.send?.(received)
  byType = {}
  byCall = new Map()
  ageMs = []
  cpu = process.cpuUsage()
})
process.send?.((server.address() as AddressInfo).port)
