import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

const ofCall = z.object({ call_id: id() })

/** Brings a call on: asks its flow where it has to, and does what its step says; `activeflow_id` of a call that is deleted. Key: the call. */
export const advance = job('advance', ofCall.extend({ activeflow_id: id().optional() }), { hands: 512 })
/** The time of a wait is over. Key: the call. */
export const endWait = job('end_wait', ofCall.extend({ execution_id: id() }))
/** The longest that a call may take is over. Key: the call. */
export const endCall = job('end_call', ofCall)
/** Its node has no such channel, and has not told of its end. Key: the call. */
export const closeGone = job('close_gone', ofCall.extend({ channel_id: id() }))
/** Finds the way to the destination and has a node dial it. Key: the call. */
export const dial = job('dial', ofCall, { hands: 512 })
/** Nothing was heard of a leg for too long. Key: the call. */
export const giveUpWay = job('give_up_way', ofCall.extend({ channel_id: id() }))
/** A command to a node that nothing waits for. */
export const tellNode = job(
  'tell_node',
  // `call_id`: whose leg it is about; absent where it is about no call that is still on it.
  z.object({ node_id: z.string(), epoch: id(), method: z.string(), input: z.record(z.string(), z.unknown()), call_id: id().optional() }),
  { hands: 512 },
)
/** Finds who is to ring, and has them rung. Key: the groupcall. */
export const ringGroup = job('ring_group', z.object({ groupcall_id: id(), dial_index: z.int() }), { hands: 512 })
/** Brings calls into a room. */
export const enterRoom = job('enter_room', z.object({ confbridge_id: id(), call_ids: z.array(id()), is_answering: z.boolean() }), {
  hands: 512,
})
/** A call is out of its room, and not because it ended. Key: the call. */
export const outOfRoom = job('out_of_room', ofCall.extend({ confbridge_id: id() }))
/** Whether the nodes still live. */
export const checkNodes = job('check_nodes', z.object({}))
/** The calls of a node's life that is over. Key: node and epoch. */
export const closeCalls = job('close_calls', z.object({ node_id: z.string(), epoch: id(), is_that_life: z.boolean() }))
/** Has a node record what is kept already. Key: the recording. */
export const record = job(
  'record',
  z.object({
    ...{ id: id(), format: z.enum(['wav']), end_of_silence: z.int(), end_of_key: z.enum(['', 'none', 'any', '*', '#']) },
    ...{ duration: z.int(), beep_start: z.boolean(), on_end_flow_id: z.string(), is_of_flow: z.boolean() },
  }),
  { hands: 512 },
)
/** Has the flow that follows a recording begin. Key: the recording. */
export const followRecording = job('follow_recording', z.object({ recording_id: id() }))
/** Key: the recording. */
export const stopRecord = job('stop_record', z.object({ id: id(), node_id: z.string(), epoch: id() }), { hands: 512 })
/** Speech that no flow waits for. */
export const speak = job(
  'speak',
  ofCall.extend({ playback_id: id(), text: z.string(), language: z.string(), provider: z.string(), voice_id: z.string() }),
  { hands: 512 },
)
