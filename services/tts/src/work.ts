import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

/** Opens the stream of a speaking, and gives it what it has to say. Key: the speaking. */
export const saySpoken = job('say_spoken', z.object({ speaking_id: id() }), { hands: 256 })
/** Flushes a stream for the so many-th time; 0: stops it. The speaking itself may be deleted by then. */
export const tellStream = job('tell_stream', z.object({ id: id(), node_id: z.string(), epoch: id(), flushes: z.int().nonnegative() }), {
  hands: 256,
})
