import type { Tx } from '@voipbin/sql'
import { isLive } from './call.ts'
import { calls } from './store/calls.ts'

/** It is over, or never began: there is nothing to stop. */
export async function forgetStream(tx: Tx, callId: string, streamId: string): Promise<void> {
  const call = await calls.find(tx, callId)
  if (!call || !isLive(call) || !call.external_media_ids.includes(streamId)) return
  await calls.keep(tx, call, { external_media_ids: call.external_media_ids.filter((id) => id !== streamId) })
}
