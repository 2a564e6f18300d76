import { gone, ok } from '../channel/channel-state.ts'
import type { Players } from '../media/players.ts'
import type { Command } from './command.ts'

export const stopPlay =
  (players: Players): Command<'stopPlay'> =>
  async ({ id }) =>
    players.stop(id) ? ok : gone
