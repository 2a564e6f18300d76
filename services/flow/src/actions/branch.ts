import type { FlowAction } from '../flow-action.ts'

/** The variable is used up: the digits of one question do not answer the next. */
export const branch: FlowAction<'branch'> = ({ running, option }) => {
  const value = ownValue(running.variables, option.variable) ?? ''
  running.variables = { ...running.variables, [option.variable]: '' }
  return { go: 'jump', to: ownValue(option.target_ids, value) ?? option.default_target_id }
}

/** What the record says itself: callers choose values such as `constructor`. */
const ownValue = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
