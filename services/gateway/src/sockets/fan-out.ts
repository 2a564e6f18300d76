import { type Contract, eventDeclaration } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import type { Watch } from '@voipbin/service-kit'
import { topicsOf } from './event-topics.ts'
import type { Hub, Message } from './hub.ts'
import { textFrame } from './text-frame.ts'

/** Hears every public event of the platform and hands it to whoever asked for it. */
export function fanOut(contracts: readonly Contract[], hub: Hub): readonly Watch[] {
  return contracts.flatMap((contract) =>
    Object.keys(contract.events)
      .map((type) => ({ type, declaration: eventDeclaration(contract, type) }))
      .filter(({ declaration }) => declaration.public)
      .map(({ type, declaration }) => {
        const project = compileProjection(declaration.payload, ['internal', 'secret'])
        const handler = (event: EventEnvelope) => hub.publish(topicsOf(event, declaration), () => messageOf(event, project))
        return { contract, type, handler }
      }),
  )
}

function messageOf(event: EventEnvelope, project: Projection): Message {
  const { id, time, type, publisher, customer_id, resource_id, sequence } = event
  const data = project(event.data)
  const bare = once(() => toOctets(data))
  const enveloped = once(() => toOctets({ type, data, id, time, publisher, customer_id, resource_id, sequence }))
  return { bare, enveloped }
}

const toOctets = (value: unknown) => textFrame(JSON.stringify(value))

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
