import type { FlowAction } from '../flow-action.ts'

export const stop: FlowAction<'stop'> = () => ({ go: 'end', reason: 'finished' })
