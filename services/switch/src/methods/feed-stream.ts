import type { MediaStreams } from '../media/media-streams.ts'
import type { Command } from './command.ts'

export const feedStream =
  (streams: MediaStreams): Command<'feedStream'> =>
  async ({ id, item_id: itemId, media, flushes }) =>
    streams.feed(id, { itemId, media, flushes })
