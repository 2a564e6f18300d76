import type { Command } from '../nodes.ts'
import { recordings } from '../store/recordings.ts'
import { stopRecord } from '../work.ts'

/** Told of by id and node, because the recording itself may be deleted. `gone` is normal: it has ended, or its node is told by `record`. */
export const stopRecordHandler = (command: Command) =>
  stopRecord.outside(async (ctx, { id, node_id, epoch }) => {
    const recording = await recordings.find(ctx.read(), id)
    if (recording?.status !== 'ended') await command({ node_id, epoch }, { method: 'stopRecord', input: { id } })
  })
