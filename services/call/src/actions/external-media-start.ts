import type { CallAction } from '../call-action.ts'

/**
 * Goes on beside the flow, until `external_media_stop` or the end of the call. Neither direction named: the host hears what the party says,
 * and the party what the host says, as whoever answers for a machine wants it.
 */
export const externalMediaStart: CallAction<'external_media_start'> = ({ call, option, executionId: id }) => {
  const { external_host: host, format, direction_listen, direction_speak } = option
  const isUnsaid = direction_listen === '' && direction_speak === ''
  const [listen, speak] = isUnsaid ? (['in', 'out'] as const) : ([direction_listen || 'none', direction_speak || 'none'] as const)
  return {
    commands: [
      {
        method: 'stream',
        input: { id, subject: { kind: 'channel', id: call.id }, listen, speak, rtp: { host, format: format || 'ulaw' } },
      },
    ],
    changes: { external_media_ids: [...call.external_media_ids.filter((known) => known !== id), id] },
  }
}
