import { gone, ok } from '../channel/channel-state.ts'
import type { Bridges } from '../node/bridges.ts'
import type { Command } from './command.ts'

export const destroyBridge =
  (bridges: Bridges): Command<'destroyBridge'> =>
  async ({ id }) =>
    bridges.destroy(id) ? ok : gone
