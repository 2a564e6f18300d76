import type { Tx } from '@voipbin/sql'
import { isOver } from '../call.ts'
import type { SwitchCommand } from '../call-action.ts'
import { callOfChannel } from '../leg.ts'
import { type Command, isAway } from '../nodes.ts'
import { findNode } from '../store/nodes.ts'
import { tellNode } from '../work.ts'
import { closeUnlessTold } from './close-gone.ts'

/** It takes its channels with it. A call that came to it as it was being lost is told of by nobody else. */
const LOST = { result: 'gone', rule: '' } as const

/** A node that cannot be reached is tried again as long as it is believed to live. */
export const tellNodeHandler = (command: Command) =>
  tellNode.outside(async (ctx, { node_id, epoch, method, input, call_id }) => {
    const told = command({ node_id, epoch }, { method, input } as unknown as SwitchCommand)
    const outcome = await told.catch(async (error: unknown) => {
      if (!isAway(error) || (await findNode(ctx.read(), node_id))?.epoch === epoch) throw error
      return LOST
    })
    if (outcome.result === 'gone' && method === 'hangup')
      await ctx.transaction((tx) => closeChannel(tx, { channel_id: String(input['id']), call_id }))
    if (outcome.result === 'refused')
      ctx.log.warn('a node refused a command', { node_id, method, rule: outcome.rule, channel_id: input['id'] })
  })

type Leg = { readonly channel_id: string; readonly call_id: string | undefined }

async function closeChannel(tx: Tx, leg: Leg): Promise<void> {
  const call = await callOfChannel(tx, leg)
  if (call && !isOver(call)) closeUnlessTold(tx, call)
}
