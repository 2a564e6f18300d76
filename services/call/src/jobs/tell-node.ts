import { isOver } from '../call.ts'
import type { SwitchCommand } from '../call-action.ts'
import type { Command } from '../nodes.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../work.ts'

export const tellNodeHandler = (command: Command) =>
  tellNode.outside(async (ctx, { call_id, method, input }) => {
    const call = await calls.find(ctx.read(), call_id)
    if (!call || isOver(call)) return
    const { result, rule } = await command(call, { method, input } as unknown as SwitchCommand)
    if (result === 'refused') ctx.log.warn('a node refused a command', { call_id, customer_id: call.customer_id, method, rule })
  })
