import { html, joined, type Markup } from '../pages/markup.ts'
import { type Answer, type Described, type Entry, nameOf, parametersOf } from './described.ts'
import { curlOf } from './example.ts'
import { type Field, fieldsOf, fieldTable } from './field-table.ts'
import { permissionName } from './permission-names.ts'
import { typeOf } from './schema-type.ts'

/** Everything about one operation. Its anchor is its id in the OpenAPI document. */
export function operationSection(entry: Entry, described: Described): Markup {
  const { operationId, verb, path, summary = '', description } = entry
  return html`<article id="${operationId}" data-find="${`${verb} ${path} ${summary} ${operationId}`.toLowerCase()}">
<h3><a href="#${operationId}"><b class="verb ${verb.toLowerCase()}">${verb}</b> <code>${breakable(path)}</code></a></h3>
<p>${summary}${description !== undefined && html`<br>${description}`}</p>
${who(entry)}
${inputs(entry, described)}
${answers(entry, described)}
<pre><code>${curlOf(entry, parametersOf(entry, described), isOpen(entry))}</code></pre>
</article>
`
}

/** Long paths break at their slashes. */
export const breakable = (path: string) => joined(path.split(/(?=\/)/), html`<wbr>`)

const isOpen = ({ security }: Entry) => security?.length === 0 || security?.some((one) => Object.keys(one).length === 0) === true

function who(entry: Entry): Markup {
  const { 'x-permission': permission, 'x-identity': identities = [], 'x-direct': direct = [] } = entry
  const kinds = identities.filter((kind) => kind !== 'none').map((kind) => identityNames[kind] ?? kind)
  const facts: Markup[] = []
  if (isOpen(entry)) facts.push(html`<b>Open to everybody</b>`)
  if (permission !== undefined && kinds.length > 0) facts.push(html`Permission: <b>${permissionName(permission)}</b>`)
  if (kinds.length > 0) facts.push(html`Called by: ${kinds.join(', ')}`)
  if (takesKey(entry)) facts.push(html`<a href="#repeating">Idempotency-Key</a>`)
  if (direct.length > 0) facts.push(html`Direct tokens for: ${direct.join(', ')}`)
  return facts.length === 0 ? html`` : html`<p class="who">${joined(facts, ' · ')}</p>`
}

/** Where every change has it, one word is enough. */
const KEY_PARAMETER = 'IdempotencyKey'
const takesKey = ({ parameters = [] }: Entry) =>
  parameters.some((parameter) => '$ref' in parameter && nameOf(parameter.$ref) === KEY_PARAMETER)

const identityNames: Readonly<Record<string, string>> = {
  agent: 'agents',
  accesskey: 'access keys',
  delegate: 'delegates',
  direct: 'direct tokens',
}

const places = [
  ['path', 'In the path'],
  ['query', 'In the query'],
  ['header', 'Headers'],
] as const

function inputs(entry: Entry, described: Described): Markup {
  const key = described.components.parameters[KEY_PARAMETER]
  const parameters = parametersOf(entry, described).filter((parameter) => parameter !== key)
  const tables = places.map(([place, title]) => {
    const fields: Field[] = parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema = {}, required = false, description }) => ({ name, schema, isRequired: required, description }))
    return fields.length > 0 && html`<h4>${title}</h4>${fieldTable(fields, { says: place === 'query' })}`
  })
  const bodies = Object.entries(entry.requestBody?.content ?? {}).map(
    ([type, { schema = {} }]) => html`<h4>Body <small>${type}</small></h4>${fieldTable(fieldsOf(schema), { says: true })}`,
  )
  return html`${tables}${bodies}`
}

function answers({ responses }: Entry, { components }: Described): Markup {
  const all = Object.entries(responses)
  const done = all.filter(([status]) => Number(status) < 400)
  const refused = all.filter(([status]) => Number(status) >= 400)
  const reasons = refused.map(([status, answer]) => {
    const shared = answer.$ref === undefined ? answer.description : components.responses[nameOf(answer.$ref)]?.description
    return html`<abbr title="${shared ?? ''}">${status}</abbr>`
  })
  return html`<h4>Answers</h4>${done.map(([status, answer]) => success(status, answer))}
${reasons.length > 0 && html`<p class="errors">Refused with ${joined(reasons, ' ')} (<a href="#errors">errors</a>)</p>`}`
}

function success(status: string, { description = '', content = {} }: Answer): Markup {
  const [[type, { schema = {} }] = ['', {}]] = Object.entries(content)
  if (type === '') return html`<p><b>${status}</b> ${description}</p>`
  if (type !== 'application/json') return html`<p><b>${status}</b> ${type}</p>`
  const named = schema['$ref'] === undefined ? '' : html` ${typeOf(schema)}`
  return html`<p><b>${status}</b>${named}</p>${fieldTable(fieldsOf(schema))}`
}
