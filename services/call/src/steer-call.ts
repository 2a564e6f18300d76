import type { Call } from '@voipbin/contracts/call-entities'
import type { Tx } from '@voipbin/sql'
import { muted, refuseUnlessProgressing } from './call.ts'
import type { SwitchCommand } from './call-action.ts'
import { calls } from './store/calls.ts'
import { tellNode } from './tell-node.ts'

/** What a client steers of a call under way. @throws CALL_NOT_PROGRESSING */
type Steer<I extends { readonly id: string }> = (tx: Tx, input: I) => Promise<Call>

async function progressing(tx: Tx, id: string, what: string): Promise<Call> {
  const call = await calls.get(tx, id)
  refuseUnlessProgressing(call, what)
  return call
}

/** A command that nothing of the call remembers. */
const told =
  (what: string, command: (id: string) => SwitchCommand): Steer<{ readonly id: string }> =>
  async (tx, { id }) => {
    const call = await progressing(tx, id, what)
    tellNode(tx, call, command(id))
    return call
  }

export const setHold = (isOnHold: boolean) => told('hold', (id) => ({ method: 'hold', input: { id, is_on_hold: isOnHold } }))

export const setBackground = (kind: 'none' | 'silence' | 'moh') =>
  told('change what is heard on', (id) => ({ method: 'background', input: { id, kind } }))

export const setMute =
  (isMuted: boolean): Steer<{ readonly id: string; readonly direction: Call['mute_direction'] }> =>
  async (tx, { id, direction }) => {
    const call = await progressing(tx, id, 'mute')
    const mute_direction = muted(call.mute_direction, direction, isMuted)
    tellNode(tx, call, { method: 'mute', input: { id, direction: mute_direction === '' ? 'none' : mute_direction } })
    return calls.update(tx, 'call_updated', call, { mute_direction })
  }
