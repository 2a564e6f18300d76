import { type CallAction, send } from '../call-action.ts'

export const answer: CallAction<'answer'> = ({ call }) => send({ method: 'answer', input: { id: call.id } })
