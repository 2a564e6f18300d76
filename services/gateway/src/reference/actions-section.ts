import { type ActionType, actionOptions, actionRules } from '@voipbin/contracts/flow-actions'
import { pascal, type SchemaWriter } from '../openapi/json-schema.ts'
import { html, type Markup } from '../pages/markup.ts'
import { sampleOf } from './example.ts'
import { fieldsOf, fieldTable } from './field-table.ts'

export const actionAnchor = (type: ActionType): string => `action-${type}`

/** An action of a flow, by what its `option` may be: a field of a flow can only say that it is something. */
export function actionSection(type: ActionType, schemas: SchemaWriter): Markup {
  const option = schemas.of(actionOptions[type], { side: 'input', name: `${pascal(type)}Option` })
  const fields = fieldsOf(option)
  const isThere = actionRules[type].runsIn !== 'later'
  const example = JSON.stringify(fields.length > 0 ? { type, option: sampleOf(option, '') } : { type })
  const anchor = actionAnchor(type)
  return html`<article id="${anchor}" data-find="${`flow action ${type}`}">
<h3><a href="#${anchor}"><b class="verb event">action</b> <code>${type}</code></a></h3>
<p class="who">${isThere ? rulesOf(type) : 'Not there yet: a flow with it is refused.'}</p>
${isThere && html`${fieldTable(fields, { says: true })}<pre><code>${example}</code></pre>`}
</article>
`
}

const parties = { rtc: 'For calls; passed over elsewhere', non_rtc: 'Passed over in calls', any: 'For calls and all else' } as const

function rulesOf(type: ActionType): string {
  const { media, holds } = actionRules[type]
  return `${parties[media]}${holds ? ' · The flow waits for its end' : ''}`
}
