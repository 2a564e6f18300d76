import { randomBytes, randomUUID } from 'node:crypto'
import { systemActor } from '@voipbin/contracts/actor'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { RequestEnvelope, ServeOptions } from '../src/index.ts'

const made: string[] = []

/** A service that no other test and no earlier run knows; a broker remembers names. */
export function newService(): string {
  const name = `test-${randomBytes(5).toString('hex')}`
  made.push(name)
  return name
}

/** All names made so far, for clearing up. */
export const servicesMade = (): readonly string[] => made

export function aRequest(service: string, fields: Partial<RequestEnvelope> = {}): RequestEnvelope {
  return {
    service,
    method: 'getThing',
    input: {},
    deadline: Date.now() + 10_000,
    operation_id: '',
    repeated: false,
    request_id: randomUUID(),
    trace: '',
    actor: systemActor,
    publisher: 'test',
    ...fields,
  }
}

export function anEvent(publisher: string, fields: Partial<EventEnvelope> = {}): EventEnvelope {
  const id = randomUUID()
  return {
    id,
    time: '2026-01-31T08:00:00.000000Z',
    type: 'thing_updated',
    publisher,
    customer_id: '',
    resource_id: id,
    order_key: id,
    sequence: 1,
    request_id: '',
    trace: '',
    data: {},
    ...fields,
  }
}

export const tenAtOnce: ServeOptions = { concurrency: 10, commands: ['doThing', 'doOne', 'doTwo', 'doThree'] }
