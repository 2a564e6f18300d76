import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { json } from './http.ts'
import type { World } from './world.ts'

/** Where the switch listens now, host and port. */
export function switchAddress({ of }: World): string {
  const running = of('switch').find(({ isRunning }) => isRunning)
  const text = running ? readFileSync(join(running.plan.folder, 'process.log'), 'utf8') : ''
  const found = [...text.matchAll(/SIP\s+udp:(\S+)/g)].at(-1)?.[1]
  if (!found) throw new Error('No switch has said where it listens')
  return found
}

let last = 0

/** A virtual number of the first customer, or of whose key it is, that runs these actions. */
export async function numberOf(world: World, actions: readonly object[], accessKey?: string): Promise<string> {
  const flow = { name: 'e2e', detail: '', actions }
  const { id } = await json<{ id: string }>(world, { method: 'POST', path: '/v1.0/flows', body: flow, ...(accessKey && { accessKey }) })
  return numberRunning(world, id, accessKey)
}

export async function numberRunning(world: World, call_flow_id: string, accessKey?: string): Promise<string> {
  const number = `+8992${String(Date.now()).slice(-6)}${String(last++ % 100).padStart(2, '0')}`
  await json(world, { method: 'POST', path: '/v1.0/numbers', body: { number, call_flow_id }, ...(accessKey && { accessKey }) })
  return number
}
