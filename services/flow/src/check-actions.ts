import type { Address } from '@voipbin/contracts/address'
import { type ErrorDetail, invalidArgument } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type Action, actionRules, FINISH_ACTION_ID, MAX_ACTIONS } from '@voipbin/contracts/flow-actions'
import { checkOption } from './action-option.ts'
import { isTimeZone } from './conditions.ts'
import { findEndlessLoop } from './endless-loop.ts'

type Path = readonly (string | number)[]
type Problem = { readonly path: Path; readonly rule: string }
const MAX_TOLD = 20

/**
 * Actions as they may be saved and run: options complete, every one with an id, every target there.
 * @throws INVALID_ARGUMENT with the path of each thing that is wrong: `actions.2.option.target_id`
 */
export function checkActions(actions: readonly Action[], newId: () => string): Action[] {
  const problems: Problem[] = []
  const checked = checkList(actions, ['actions'], { newId, problems })
  if (countAll(checked) > MAX_ACTIONS) problems.push({ path: ['actions'], rule: `has more than ${MAX_ACTIONS} actions` })
  const [first] = problems
  if (!first) return checked
  const details: ErrorDetail[] = problems.slice(0, MAX_TOLD).map(({ path, rule }) => ({ field: path.join('.'), rule }))
  throw invalidArgument(`Cannot save the flow: field "${first.path.join('.')}": ${first.rule}`, details)
}

/** Ids of flows that the actions name, with where they do. */
export function flowReferences(actions: readonly Action[], path: Path = ['actions']): { readonly id: string; readonly field: string }[] {
  return actions.flatMap(({ option }, index) => {
    const at = [...path, index, 'option']
    const own = ['flow_id', 'on_end_flow_id'].flatMap((key) => {
      const id = option[key]
      return typeof id === 'string' && id !== NIL_ID && !id.includes('${') ? [{ id, field: [...at, key].join('.') }] : []
    })
    return [...own, ...flowReferences(nestedOf(option), [...at, 'actions'])]
  })
}

type Checking = { readonly newId: () => string; readonly problems: Problem[] }

function checkList(actions: readonly Action[], path: Path, checking: Checking): Action[] {
  const seen = new Set<string>()
  const named = actions.map((action) => ({ ...action, id: action.id === NIL_ID ? checking.newId() : action.id }))
  const ids = new Set(named.map(({ id }) => id))
  const checked = named.map((action, index) => {
    const at = [...path, index]
    if (seen.has(action.id)) checking.problems.push({ path: [...at, 'id'], rule: 'is the id of an action before it' })
    seen.add(action.id)
    checkTarget(action.next_id, ids, [...at, 'next_id'], checking)
    return checkOne(action, ids, at, checking)
  })
  const endless = findEndlessLoop(checked)
  if (endless !== undefined)
    checking.problems.push({ path: [...path, endless, 'next_id'], rule: 'goes round for ever: nothing in the loop waits, counts or asks' })
  return checked
}

function checkOne(action: Action, ids: ReadonlySet<string>, path: Path, checking: Checking): Action {
  const { problems } = checking
  if (actionRules[action.type].runsIn === 'later') {
    problems.push({ path: [...path, 'type'], rule: `"${action.type}" is not available on this platform yet` })
    return action
  }
  const at = [...path, 'option']
  const parsed = checkOption(action)
  if ('problems' in parsed) {
    problems.push(...parsed.problems.map((problem) => ({ path: [...at, ...problem.path.map(String)], rule: problem.message })))
    return action
  }
  const option = { ...parsed.option }
  checkTargets(option, ids, at, checking)
  checkMeaning({ ...action, option }, at, checking)
  if (action.type === 'call') option['actions'] = checkList(nestedOf(option), [...at, 'actions'], checking)
  return { ...action, option, tm_execute: null }
}

const targetKeys = ['default_target_id', 'false_target_id', 'target_id']

function checkTargets(option: Readonly<Record<string, unknown>>, ids: ReadonlySet<string>, at: Path, checking: Checking): void {
  for (const key of targetKeys) if (typeof option[key] === 'string') checkTarget(option[key], ids, [...at, key], checking)
  const many = Object.entries((option['target_ids'] ?? {}) as Record<string, string>)
  for (const [value, id] of many) checkTarget(id, ids, [...at, 'target_ids', value], checking)
}

function checkTarget(id: string, ids: ReadonlySet<string>, path: Path, { problems }: Checking): void {
  if (id === NIL_ID || id === FINISH_ACTION_ID || ids.has(id)) return
  problems.push({ path, rule: `no action of this flow has the id "${id}"` })
}

/** What the shape alone does not say. */
function checkMeaning({ type, option }: Action, at: Path, { problems }: Checking): void {
  const refuse = (key: string, rule: string) => problems.push({ path: [...at, key], rule })
  if (type === 'condition_datetime' && !isTimeZone(String(option['time_zone'])))
    refuse('time_zone', 'is no time zone such as "Europe/Berlin"')
  if (type === 'fetch' && !isUrl(option['event_url'])) refuse('event_url', URL_RULE)
  if (type === 'webhook_send' && !isUrl(option['uri'])) refuse('uri', URL_RULE)
  if (type === 'play') {
    for (const [index, url] of (option['stream_urls'] as string[]).entries()) if (!isUrl(url)) refuse(`stream_urls.${index}`, URL_RULE)
  }
  if (type === 'call' || type === 'connect') {
    for (const [index, destination] of (option['destinations'] as Address[]).entries()) {
      if (!ringing.has(destination.type)) refuse(`destinations.${index}.type`, `must be one of ${[...ringing].join(', ')}`)
      if (destination.target === '') refuse(`destinations.${index}.target`, 'must not be empty')
    }
  }
  if (type === 'call' && option['flow_id'] === NIL_ID && nestedOf(option).length === 0)
    refuse('actions', 'must not be empty where there is no flow_id')
  if (type === 'goto' && option['target_id'] === NIL_ID) refuse('target_id', 'must name an action')
  if (type === 'variable_set' && String(option['key']).trim() === '') refuse('key', 'must not be empty')
}

/** Addresses that something rings at; others are messages, or services that a flow brings its call to. */
const ringing: ReadonlySet<string> = new Set<Address['type']>(['tel', 'sip', 'extension', 'agent'])
const URL_RULE = 'must be an http or https URL'
const isUrl = (value: unknown) => typeof value === 'string' && (value.includes('${') || (URL.canParse(value) && /^https?:/i.test(value)))
const nestedOf = (option: Readonly<Record<string, unknown>>) => (Array.isArray(option['actions']) ? (option['actions'] as Action[]) : [])
const countAll = (actions: readonly Action[]): number => actions.reduce((sum, { option }) => sum + 1 + countAll(nestedOf(option)), 0)
