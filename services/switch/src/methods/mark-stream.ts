import type { MediaStreams } from '../media/media-streams.ts'
import type { Command } from './command.ts'

export const markStream =
  (streams: MediaStreams): Command<'markStream'> =>
  async ({ id, mark, flushes }) =>
    streams.mark(id, mark, flushes)
