import type { CallAction } from '../call-action.ts'

/** All that there are; without one there is nothing to stop. */
export const externalMediaStop: CallAction<'external_media_stop'> = ({ call }) => ({
  commands: call.external_media_ids.map((id) => ({ method: 'stopStream', input: { id } })),
})
