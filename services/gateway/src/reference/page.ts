import type { Contract } from '@voipbin/contracts/contract'
import { actionTypes } from '@voipbin/contracts/flow-actions'
import { buildOpenApi } from '../openapi/document.ts'
import { createSchemaWriter, type JsonSchema } from '../openapi/json-schema.ts'
import { collectEntities } from '../operations/entities.ts'
import { type Document, documentOf } from '../pages/document.ts'
import { html, type Markup } from '../pages/markup.ts'
import type { Route } from '../routes/route.ts'
import { actionAnchor, actionSection } from './actions-section.ts'
import { type Described, type Entry, entriesByService } from './described.ts'
import { eventAnchor, eventSection, publicEvents } from './events-section.ts'
import { fieldsOf, fieldTable } from './field-table.ts'
import { guide } from './guide.ts'
import { breakable, operationSection } from './operation-section.ts'
import { script } from './script.ts'
import { style } from './style.ts'

/** The reference for people: everything that the contracts say of the public API, on one page that can be read without JavaScript. */
export function buildReference(contracts: readonly Contract[], routes: Readonly<Record<string, Route>> = {}): Document {
  const described = buildOpenApi(contracts, routes) as unknown as Described
  const services = [...entriesByService(described)]
  const events = publicEvents(contracts)
  const schemas = createSchemaWriter(collectEntities(contracts))
  const eventSections = events.map((event) => eventSection(event, schemas))
  const actionSections = actionTypes.map((type) => actionSection(type, schemas))
  const objects = Object.entries({ ...schemas.components, ...described.components.schemas }).sort(([one], [other]) =>
    one < other ? -1 : 1,
  )
  const parts = guide()

  const body = html`<a class="skip" href="#start">Skip to the content</a>
<header><a class="brand" href="#start">VoIPBIN <span>API reference</span></a>
<input id="filter" type="search" placeholder="Filter  ( / )" aria-label="Filter operations and events" autocomplete="off" spellcheck="false" hidden></header>
<div class="columns"><nav aria-label="Contents"><details open><summary>Contents</summary>
${navGroup(
  'Guide',
  parts.map(({ id, title }) => navItem(id, title)),
)}
${services.map(([service, entries]) => navGroup(service, entries.map(navEntry)))}
${navGroup(
  'Events',
  events.map((event) => navItem(eventAnchor(event), event.type)),
)}
${navGroup(
  'Flow actions',
  actionTypes.map((type) => navItem(actionAnchor(type), type)),
)}
${navGroup(
  'Objects',
  objects.map(([name]) => navItem(`object-${name}`, name)),
)}
</details></nav>
<main><p id="none" role="status" hidden>Nothing matches.</p>
<section><h1>VoIPBIN API</h1>${parts.map(({ id, title, body: text }) => html`<article id="${id}"><h2><a href="#${id}">${title}</a></h2>${text}</article>`)}</section>
${services.map(
  ([service, entries]) =>
    html`<section><h2 id="service-${service}">${service}</h2>${entries.map((entry) => operationSection(entry, described))}</section>`,
)}
<section><h2 id="events">Events</h2>${eventSections}</section>
<section><h2 id="actions">Flow actions</h2><p>What <code>actions</code> of a flow may be. Where a number or a yes-or-no may also be text, the text
is a variable: <code>$\{name}</code>.</p>${actionSections}</section>
<section><h2 id="objects">Objects</h2>${objects.map(([name, schema]) => objectSection(name, schema))}</section>
</main></div>`
  return documentOf({ title: 'VoIPBIN API reference', style, script, body })
}

const navGroup = (title: string, items: readonly Markup[]) =>
  items.length > 0 && html`<div class="group"><h2>${title}</h2><ul>${items}</ul></div>`
const navItem = (id: string, title: string) => html`<li data-for="${id}"><a href="#${id}">${title}</a></li>`
const navEntry = ({ operationId, verb, path }: Entry) =>
  html`<li data-for="${operationId}"><a href="#${operationId}"><b class="verb ${verb.toLowerCase()}">${verb}</b><span>${breakable(path.replace('/v1.0', ''))}</span></a></li>`

const objectSection = (name: string, schema: JsonSchema) => html`<article id="object-${name}" data-find="${`object ${name}`.toLowerCase()}">
<h3><a href="#object-${name}"><code>${name}</code></a></h3>${fieldTable(fieldsOf(schema))}</article>
`
