import { setTimeout as pause } from 'node:timers/promises'
import type { Contract, MethodArguments, MethodName, MethodOutput } from '@voipbin/contracts/contract'
import type { WireError } from '@voipbin/contracts/errors'
import type { AppProcess } from './app-process.ts'
import type { World } from './world.ts'

/** What a client holds in its hands after a request: an answer, or none. */
export type Answer<T> = { readonly output: T } | { readonly error: WireError } | { readonly lost: string }

/** Longer than any method takes; a request whose process died under it may otherwise hang until its deadline. */
const CLIENT_TIMEOUT_MS = 5000
const PAUSE_MS = 150

/** One attempt of an operator's command, through the admin port of that process. */
export async function operateThrough<T>(process: AppProcess, command: object, key: string): Promise<Answer<T>> {
  try {
    const { url, token } = process.admin
    const response = await fetch(`${url}/operate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(CLIENT_TIMEOUT_MS),
    })
    return (await response.json()) as Answer<T>
  } catch (error) {
    return { lost: String(error) }
  }
}

/** One attempt through any process that runs. */
export async function operateOnce<T>(world: World, command: object, key: string): Promise<Answer<T>> {
  const running = world.processes.filter((process) => process.isRunning)
  const process = running[Math.floor(Math.random() * running.length)]
  return process ? operateThrough(process, command, key) : { lost: 'no process runs' }
}

/** Asks once and takes no for an answer. */
export function ask<C extends Contract, M extends MethodName<C>>(
  world: World,
  contract: C,
  method: M,
  input: MethodArguments<C, M>,
): Promise<Answer<MethodOutput<C, M>>> {
  return operateOnce(world, { service: contract.service, method, input }, crypto.randomUUID())
}

/** What is being asked for, and how often it was sent. */
export class NotAcknowledged extends Error {
  constructor(what: string, answer: unknown) {
    super(`${what} was not acknowledged: ${JSON.stringify(answer)}`)
    this.name = 'NotAcknowledged'
  }
}

const PATIENCE_MS = 90_000

/**
 * Repeats one wish, under one key, until somebody says yes: after no answer and after UNAVAILABLE, as a client should.
 * @throws NotAcknowledged after a refusal or 90 s
 */
export async function untilAcknowledged<T>(what: string, send: (key: string) => Promise<Answer<T>>): Promise<T> {
  const key = crypto.randomUUID()
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await send(key)
    if ('output' in answer) return answer.output
    const mayRetry = 'lost' in answer || answer.error.status === 'UNAVAILABLE'
    if (!mayRetry || performance.now() > deadline) throw new NotAcknowledged(what, answer)
    await pause(PAUSE_MS)
  }
}

/** Asks until it is done. */
export function insist<C extends Contract, M extends MethodName<C>>(
  world: World,
  contract: C,
  method: M,
  input: MethodArguments<C, M>,
): Promise<MethodOutput<C, M>> {
  const command = { service: contract.service, method, input }
  return untilAcknowledged(`${contract.service}.${method}`, (key) => operateOnce<MethodOutput<C, M>>(world, command, key))
}
