import { type CallAction, send } from '../call-action.ts'

export const mute: CallAction<'mute'> = ({ call, option: { direction } }) => ({
  ...send({ method: 'mute', input: { id: call.id, direction } }),
  changes: { mute_direction: direction === 'none' ? '' : direction },
})
