import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const hangup =
  (channels: Channels): Command<'hangup'> =>
  async ({ id, cause, tag, sip_status: sipStatus }) =>
    (await channels.settled(id))?.apply({ kind: 'hangup', cause, tag, ...(sipStatus !== undefined && { sipStatus }) }) ?? gone
