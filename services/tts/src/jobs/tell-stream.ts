import type { Command } from '../nodes.ts'
import { tellStream } from '../work.ts'

/** `gone` is normal: it ended with its call. */
export const tellStreamHandler = (command: Command) =>
  tellStream.outside(async (_ctx, { id, node_id, epoch, flushes }) => {
    const at = { node_id, epoch }
    if (flushes === 0) await command(at, 'stopStream', { id })
    else await command(at, 'flushStream', { id, flushes })
  })
