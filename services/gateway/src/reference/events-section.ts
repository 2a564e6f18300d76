import { type Contract, type EventDeclaration, eventDeclaration, type ObjectSchema } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SchemaWriter } from '../openapi/json-schema.ts'
import { html, joined, type Markup } from '../pages/markup.ts'
import { topicsOf } from '../sockets/event-topics.ts'
import { fieldsOf, fieldTable } from './field-table.ts'
import { typeOf } from './schema-type.ts'

type PublicEvent = { readonly service: string; readonly type: string; readonly declaration: EventDeclaration }

/** The events that leave the platform, by contract. */
export function publicEvents(contracts: readonly Contract[]): readonly PublicEvent[] {
  return contracts.flatMap((contract) =>
    Object.keys(contract.events)
      .map((type) => ({ service: contract.service, type, declaration: eventDeclaration(contract, type) }))
      .filter(({ declaration }) => declaration.public),
  )
}

/** Types of two publishers may have the same name. */
export const eventAnchor = ({ service, type }: PublicEvent): string => `event-${service}-${type}`

export function eventSection(event: PublicEvent, schemas: SchemaWriter): Markup {
  const { service, type, declaration } = event
  const anchor = eventAnchor(event)
  const data = schemas.of(declaration.payload, { side: 'output', name: `${type}Data` })
  const fields = fieldsOf(data)
  return html`<article id="${anchor}" data-find="${`event ${type} ${service}`}">
<h3><a href="#${anchor}"><b class="verb event">event</b> <code>${type}</code></a></h3>
<p class="who">Told by <b>${service}</b> · Data: ${typeOf(data)}</p>
${fieldTable(fields)}
<h4>WebSocket topics</h4><p>${joined(
    topicForms(event).map((topic) => html`<code>${topic}</code>`),
    html`<br>`,
  )}</p>
</article>
`
}

/** The topics of an event whose every field is its own name. */
function topicForms({ service, type, declaration }: PublicEvent): readonly string[] {
  const names = Object.keys((declaration.payload as ObjectSchema).shape ?? {})
  const data = Object.fromEntries(names.map((name) => [name, `<${name}>`]))
  const envelope = { customer_id: '<customer_id>', resource_id: '<id>', type, publisher: service, data } as unknown as EventEnvelope
  return [...topicsOf(envelope, declaration).values()].flat()
}
