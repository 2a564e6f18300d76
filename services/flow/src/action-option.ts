import type { Variables } from '@voipbin/contracts/flow'
import { type Action, type ActionOption, type ActionType, actionOptions } from '@voipbin/contracts/flow-actions'
import type { z } from 'zod'
import { substitute } from './substitute.ts'

export type OptionProblem = { readonly path: readonly PropertyKey[]; readonly message: string }
type Checked = { readonly option: Readonly<Record<string, unknown>> } | { readonly problems: readonly OptionProblem[] }

/** An option as it is saved: known keys, defaults filled in, templates where they may stand. Unknown keys are left out. */
export function checkOption({ type, option }: Pick<Action, 'type' | 'option'>): Checked {
  const schema: z.ZodType = actionOptions[type]
  const parsed = schema.safeParse(option)
  if (parsed.success) return { option: parsed.data as Record<string, unknown> }
  return { problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) }
}

/** An option as its action runs: variables filled in, and what they stand for of the kind that it should be. Empty: they left it nothing to do. */
export function resolveOption({ type, option }: Pick<Action, 'type' | 'option'>, variables: Variables): Checked | 'empty' {
  const filled = fill(option, variables, textFields[type] ?? none)
  if (type === 'talk' && String(filled['text']).trim() === '') return 'empty'
  if (type !== 'play') return checkOption({ type, option: filled })
  const stream_urls = [filled['stream_urls']].flat().filter((url) => url !== '')
  return stream_urls.length === 0 ? 'empty' : checkOption({ type, option: { ...filled, stream_urls } })
}

const none: ReadonlySet<string> = new Set()
/** Fields that are text whatever it looks like: digits spoken by `talk` are no number. */
const textFields: Partial<Readonly<Record<ActionType, ReadonlySet<string>>>> = {
  condition_variable: new Set<keyof ActionOption<'condition_variable'>>(['variable', 'value_string']),
  digits_receive: new Set<keyof ActionOption<'digits_receive'>>(['key']),
  digits_send: new Set<keyof ActionOption<'digits_send'>>(['digits']),
  external_media_start: new Set<keyof ActionOption<'external_media_start'>>(['external_host', 'transport_data', 'data']),
  condition_call_digits: new Set<keyof ActionOption<'condition_call_digits'>>(['key']),
  talk: new Set<keyof ActionOption<'talk'>>(['text', 'language', 'provider', 'voice_id', 'gender']),
  variable_set: new Set<keyof ActionOption<'variable_set'>>(['key', 'value']),
  webhook_send: new Set<keyof ActionOption<'webhook_send'>>(['uri', 'data', 'data_type']),
}

function fill(option: Readonly<Record<string, unknown>>, variables: Variables, asText: ReadonlySet<string>): Record<string, unknown> {
  const filled = Object.entries(option).map(([key, value]) => [
    key,
    asText.has(key) ? substitute(value, variables) : fillTyped(value, variables),
  ])
  return Object.fromEntries(filled)
}

/** `"${length}"` is the number 4 where the variable says "4". */
function fillTyped(value: unknown, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => fillTyped(item, variables))
  const filled = substitute(value, variables)
  if (typeof value !== 'string' || filled === value || typeof filled !== 'string') return filled
  if (/^-?\d{1,15}(\.\d+)?$/.test(filled)) return isWhole(value) ? Number(filled) : filled
  return filled === 'true' ? true : filled === 'false' ? false : filled
}

/** Nothing but one variable: `"+${country}${number}"` stays text. */
const isWhole = (text: string) => /^\$\{[^}]*\}$/.test(text)
