import type { MediaStreams } from '../media/media-streams.ts'
import type { Command } from './command.ts'

export const stopStream =
  (streams: MediaStreams): Command<'stopStream'> =>
  async ({ id }) =>
    streams.stop(id)
