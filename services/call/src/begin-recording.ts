import type { Ctx } from '@voipbin/service-kit'
import type { SwitchCommand } from './call-action.ts'
import { endRecordingAndFree } from './end-recording.ts'
import type { At } from './leg.ts'
import type { Command } from './nodes.ts'
import { recordings } from './store/recordings.ts'

type RecordCommand = Extract<SwitchCommand, { method: 'record' }>

/** Has the node record. One that it does not take is over; one that was stopped before the node had it is stopped once it has. */
export async function beginRecording(ctx: Ctx, command: Command, at: At, given: RecordCommand): Promise<void> {
  const { id } = given.input
  const { result, rule } = await command(at, given)
  if (result === 'ok') {
    if ((await recordings.find(ctx.read(), id))?.status === 'stopping') await command(at, { method: 'stopRecord', input: { id } })
    return
  }
  const error = result === 'gone' ? 'the call ended before it began' : `the switch refused it: ${rule}`
  ctx.log.warn('a recording could not be begun', { recording_id: id, node_id: at.node_id, error })
  await ctx.transaction(async (tx) => {
    const recording = await recordings.find(tx, id)
    if (recording) await endRecordingAndFree(tx, recording, { error })
  })
}
