import type { FlowAction } from '../flow-action.ts'

/** Until somebody asks for the next action by the execution id. */
export const block: FlowAction<'block'> = () => ({ go: 'wait' })
