import { type Clock, type Logger, sleep } from '@voipbin/service-kit'
import { TEMPORARY_FAILURE } from '../channel/causes.ts'
import type { Channels } from '../channel/channels.ts'

type Parts = { readonly clock: Clock; readonly log: Logger; readonly channels: Channels; readonly drainMs: number }

/** Takes nothing new, lets calls come to their end for a while, and then ends those that are left. */
export async function drain({ clock, log, channels, drainMs }: Parts): Promise<void> {
  const empty = channels.drain()
  const timeOut = new AbortController()
  if (drainMs > 0) await Promise.race([empty, sleep(clock, drainMs, timeOut.signal)])
  timeOut.abort()
  if (channels.size > 0) log.warn('calls are ended because the node stops', { channels: channels.size })
  channels.applyToAll({ kind: 'failed', by: 'node', cause: TEMPORARY_FAILURE, text: 'the node stops' })
  // What waits for the far end to let go (a CANCEL for its 487) is not waited for.
  channels.applyToAll({ kind: 'failed', by: 'node', cause: TEMPORARY_FAILURE, text: 'the node stops' })
  await empty
}
