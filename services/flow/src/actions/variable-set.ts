import type { FlowAction } from '../flow-action.ts'
import { mergeVariables } from '../variables.ts'

export const variableSet: FlowAction<'variable_set'> = ({ running, option }) => {
  running.variables = mergeVariables(running.variables, { [option.key.trim()]: option.value })
  return { go: 'next' }
}
