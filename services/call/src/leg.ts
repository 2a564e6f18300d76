import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { MediaSubject } from '@voipbin/contracts/switch'
import { deriveId, type Read } from '@voipbin/sql'
import type { SwitchCommand } from './call-action.ts'
import { calls } from './store/calls.ts'

/** Where a command goes: a node in one of its lives; where that is a call, to its leg. */
export type At = { readonly node_id: string; readonly epoch: string; readonly id?: string; readonly channel_id?: string }
type Leg = Pick<Call, 'id' | 'channel_id'>

/** The channel of a call is called as the call is; that of a further try has a name of its own, the same one after a crash. */
export const channelOf = ({ id, channel_id }: Leg): string => (channel_id === NIL_ID ? id : channel_id)
export const channelOfTry = ({ id }: Leg, index: number): string => deriveId(id, 'leg', index)

/** The call that this channel is the leg of. Undefined for a leg that was given up: what it still tells is nothing to the call. */
export async function callOfChannel(
  read: Read,
  { channel_id, call_id = channel_id }: { readonly channel_id: string; readonly call_id?: string | undefined },
): Promise<Call | undefined> {
  const call = await calls.find(read, call_id)
  return call && channelOf(call) === channel_id ? call : undefined
}

/** Commands name the call; its node knows the leg. */
export function onLeg({ id, channel_id = NIL_ID }: At, command: SwitchCommand): SwitchCommand {
  if (channel_id === NIL_ID || id === undefined) return command
  const input = command.input as { readonly id?: string; readonly subject?: MediaSubject }
  const { subject } = input
  const changes = {
    ...(input.id === id && { id: channel_id }),
    ...(subject?.kind === 'channel' && subject.id === id && { subject: { ...subject, id: channel_id } }),
    ...(command.method === 'dial' && { call_id: id }),
  }
  return { method: command.method, input: { ...command.input, ...changes } } as SwitchCommand
}
