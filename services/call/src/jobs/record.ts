import { beginRecording } from '../begin-recording.ts'
import type { Command } from '../nodes.ts'
import { isOpen, recordCommand, subjectOf } from '../recording.ts'
import { calls } from '../store/calls.ts'
import { recordings } from '../store/recordings.ts'
import { record } from '../work.ts'

export const recordHandler = (command: Command) =>
  record.outside(async (ctx, wanted) => {
    const recording = await recordings.find(ctx.read(), wanted.id)
    if (!recording || !isOpen(recording)) return
    const at = (await calls.find(ctx.read(), recording.reference_id)) ?? recording
    await beginRecording(ctx, command, at, recordCommand(subjectOf(recording), wanted))
  })
