import type { MediaStreams } from '../media/media-streams.ts'
import type { Command } from './command.ts'

export const flushStream =
  (streams: MediaStreams): Command<'flushStream'> =>
  async ({ id, flushes }) =>
    streams.flush(id, flushes)
