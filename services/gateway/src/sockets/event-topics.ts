import type { EventDeclaration } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'

/** The topics of an event, by scope: `customer_id:<id>` → topics that begin with it. */
export type TopicsByScope = ReadonlyMap<string, readonly string[]>

/**
 * Under which topics an event goes out. For its customer, for the agent who owns the resource, and for whoever the contract names, each
 * in the old form `<scope>:<resource>:<id>` and the new one `<scope>:<service>:<event type>:<id>`.
 */
export function topicsOf(event: EventEnvelope, { topics }: Pick<EventDeclaration, 'topics'>): TopicsByScope {
  const found = new Map<string, Set<string>>()
  const add = (scope: string, rest: string) => {
    const list = found.get(scope) ?? new Set()
    found.set(scope, list.add(`${scope}:${rest}`))
  }
  const { customer_id, resource_id, type, publisher } = event
  const data = (event.data ?? {}) as Readonly<Record<string, unknown>>
  const addBoth = (scope: string) => {
    add(scope, `${resourceOf(type)}:${resource_id}`)
    add(scope, `${publisher}:${type}:${resource_id}`)
  }
  if (isSomebody(customer_id)) addBoth(`customer_id:${customer_id}`)
  if (isSomebody(data['owner_id'])) addBoth(`agent_id:${data['owner_id']}`)
  for (const topic of topics.flatMap((template) => fillIn(template, data))) {
    const [kind, id, ...rest] = topic.split(':')
    add(`${kind}:${id}`, rest.join(':'))
    add(`${kind}:${id}`, `${publisher}:${type}:${rest.at(-1) ?? resource_id}`)
  }
  return new Map([...found].map(([scope, list]) => [scope, [...list]]))
}

/** `chatmessage_reaction_updated` → `chatmessage` */
const resourceOf = (type: string): string => type.split('_', 1)[0] ?? type

const isSomebody = (id: unknown): id is string => typeof id === 'string' && id !== '' && id !== NIL_ID

/** `agent_id:{participant_ids}:chat:{id}`: a field that is a list gives a topic an entry; one that names nobody gives none. */
function fillIn(template: string, data: Readonly<Record<string, unknown>>): readonly string[] {
  const field = /\{([a-z_]+)\}/.exec(template)
  if (!field?.[1]) return [template]
  const value = data[field[1]]
  return (Array.isArray(value) ? value : [value]).filter(isSomebody).flatMap((id) =>
    fillIn(
      template.replace(field[0], () => id.replace(/[{}]/g, '')),
      data,
    ),
  )
}
