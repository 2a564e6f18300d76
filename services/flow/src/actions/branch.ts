import type { FlowAction } from '../flow-action.ts'

/** The variable is used up: the digits of one question do not answer the next. */
export const branch: FlowAction<'branch'> = ({ running, option }) => {
  const value = running.variables[option.variable] ?? ''
  running.variables = { ...running.variables, [option.variable]: '' }
  return { go: 'jump', to: option.target_ids[value] ?? option.default_target_id }
}
