import type { MediaEngine } from '@voipbin/media'
import { gone, ok } from '../channel/channel-state.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Command } from './command.ts'

export const stopRecord =
  (openMedia: OpenMedia, engine: MediaEngine): Command<'stopRecord'> =>
  async ({ id }) => {
    if (!openMedia.isOpen(id)) return gone
    engine.stopRecord(id)
    return ok
  }
