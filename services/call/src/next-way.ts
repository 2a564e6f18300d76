import type { Call } from '@voipbin/contracts/call-entities'
import type { ChannelEnd } from '@voipbin/contracts/switch'
import { addMilliseconds } from '@voipbin/contracts/time'

/** Q.850, and the platform's own: what the callee said, or we did. No other carrier would have another answer. */
const FINAL: ReadonlySet<number> = new Set([16, 17, 19, 21, 26, 200, 201])
/** Global failures (RFC 3261 §21.6): whoever sends one knows that nobody anywhere would take the call. */
const GLOBAL_FAILURE = 600

type Dialled = Pick<Call, 'status' | 'has_early_execution' | 'dialroutes' | 'dialroute_index' | 'tm_create'>

/** Whether a leg that ended so leaves its call to the next way: the way failed, nobody at its end, and there is time for another. */
export function triesNextWay(
  call: Dialled,
  end: Pick<ChannelEnd, 'cause' | 'by' | 'sip_status'>,
  limit: { now: string; dialTimeoutMs: number },
) {
  const { status, has_early_execution, tm_create } = call
  if (status !== 'dialing' && status !== 'ringing') return false
  if (!hasNextWay(call) || (status === 'ringing' && has_early_execution)) return false
  if (end.by === 'local' || end.sip_status >= GLOBAL_FAILURE || FINAL.has(end.cause)) return false
  return limit.now < addMilliseconds(tm_create, limit.dialTimeoutMs)
}

export const hasNextWay = ({ dialroutes, dialroute_index }: Pick<Call, 'dialroutes' | 'dialroute_index'>) =>
  dialroute_index + 1 < dialroutes.length

/** Who has been heard has been reached: whatever comes of it, no other way is tried. */
export const reached = (call: Pick<Call, 'dialroutes' | 'dialroute_index'>): Partial<Call> =>
  hasNextWay(call) ? { dialroutes: call.dialroutes.slice(0, call.dialroute_index + 1) } : {}
