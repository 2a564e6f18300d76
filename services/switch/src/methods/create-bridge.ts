import { gone, ok } from '../channel/channel-state.ts'
import type { Bridges } from '../node/bridges.ts'
import type { Command } from './command.ts'

export const createBridge =
  (bridges: Bridges): Command<'createBridge'> =>
  async ({ id, customer_id: customerId, affinity }) =>
    bridges.create({ id, customerId, affinity }) ? ok : gone
