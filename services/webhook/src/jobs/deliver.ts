import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type Ctx, job, type OutsideCommit } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { type Outcome, settle } from '../delivery.ts'
import type { Gate, PassEnd } from '../gate.ts'
import type { Queue } from '../queue.ts'
import type { Receiver, Receivers } from '../receivers.ts'
import type { Send, Sent } from '../send.ts'
import { findActiveflow } from '../store/activeflows.ts'
import { deleteDelivery, type Head, headOf, saveSettled } from '../store/deliveries.ts'
import { leaveQueue } from '../store/queues.ts'
import { findSettings } from '../store/settings.ts'
import { learnSettings } from './forget-deliveries.ts'

const queueOfCustomer = z.object({ customer_id: id(), destination_id: id(), order_key: z.string() })
type QueueOfCustomer = z.output<typeof queueOfCustomer>

/** Deliveries that one instance has in hand, to all destinations. Each waits for a stranger and does little else. */
const HANDS = 512

/**
 * Sends the next of one queue. There is one such job for each queue in which something waits, and it ends in the
 * transaction that saves the result and schedules what follows: so what is in a queue goes one after the other.
 */
export const deliver = job('deliver', queueOfCustomer, { hands: HANDS })
/** Key of the job that serves a queue. */
export const queueKey = ({ destination_id, order_key }: Queue): string => `${destination_id}:${order_key}`

/** Where the customer service cannot be asked, no attempt is made and none is counted. */
const UNKNOWN_MS = 5000
const STOPPED_MS = 1000

type Parts = { readonly gate: Gate; readonly receivers: Receivers; readonly send: Send }

export const deliverNext =
  (parts: Parts) =>
  async (ctx: Ctx, queue: QueueOfCustomer): Promise<OutsideCommit> => {
    const entry = await parts.gate.enter(doorOf(queue))
    if ('putOffMs' in entry) return putOff(queue, entry.putOffMs)
    let end: PassEnd = 'other'
    try {
      const head = await headOf(ctx.read(), queue)
      if (!head) return (tx) => goOn(tx, queue)
      const receiver = await receiverOf(parts.receivers, ctx, queue)
      if (receiver === 'unknown') return putOff(queue, UNKNOWN_MS)
      if (receiver === 'none') return (tx) => endUnsent(tx, queue, head)
      const sent = await parts.send(head, receiver)
      if (!sent) return putOff(queue, STOPPED_MS)
      end = sent.ended
      return (tx) => record(tx, ctx, { queue, head, sent })
    } finally {
      entry.leave(end)
    }
  }

/** One for all runs of flows of a customer: each may name a receiver that hangs, and there may be any number of them. */
const doorOf = ({ customer_id, destination_id }: QueueOfCustomer): string =>
  destination_id === customer_id ? customer_id : `runs of ${customer_id}`

async function receiverOf(
  receivers: Receivers,
  ctx: Ctx,
  { customer_id: customerId, destination_id }: QueueOfCustomer,
): Promise<Receiver | 'none' | 'unknown'> {
  let receiver: Receiver | undefined
  try {
    receiver = await receivers.of(customerId)
  } catch (error) {
    ctx.log.warn('cannot ask for the webhook of a customer, trying again', { customer_id: customerId, error })
    return 'unknown'
  }
  if (!receivers.isLearnt(customerId)) {
    if (!(await findSettings(ctx.read(), customerId))) {
      const { uri, method } = receiver ?? { uri: '', method: '' }
      await ctx.transaction((tx) => learnSettings(tx, { customer_id: customerId, uri, method, is_deleted: false, version: 0 }))
    }
    receivers.learnt(customerId)
  }
  if (!receiver) return 'none'
  if (destination_id === customerId) return receiver.uri === '' ? 'none' : receiver
  const activeflow = await findActiveflow(ctx.read(), destination_id)
  return activeflow ? { uri: activeflow.uri, method: activeflow.method || 'POST', secrets: receiver.secrets } : 'none'
}

type Done = { readonly queue: QueueOfCustomer; readonly head: Head; readonly sent: Sent }

async function record(tx: Tx, ctx: Ctx, { queue, head, sent }: Done): Promise<void> {
  const settled = settle(head, sent, tx.now)
  const isThere = await saveSettled(tx, head, settled)
  if (isThere && settled.tm_next !== null) tx.schedule(deliver, queueKey(queue), settled.tm_next, queue)
  else await goOn(tx, queue)
  if (settled.state === 'dead') ctx.log.warn('webhook delivery given up', told(head, sent))
  else if (settled.state !== 'delivered') ctx.log.debug('webhook not delivered', told(head, sent))
}

/** Neither address nor body: both may carry what is not for a log. */
const told = ({ id: delivery_id, customer_id, event_type, attempt_count }: Head, { attempt }: Outcome) => ({
  ...{ delivery_id, customer_id, event_type },
  ...{ attempts: attempt_count + 1, status_code: attempt.status_code, failure: attempt.error, duration_ms: attempt.duration_ms },
})

/** There is no webhook any more. What was never tried leaves no trace: nobody wanted it. */
async function endUnsent(tx: Tx, queue: QueueOfCustomer, head: Head): Promise<void> {
  if (head.attempt_count === 0) await deleteDelivery(tx, head.id)
  else {
    const last = head.attempts.at(-1)
    const { attempt_count, tries, attempts } = head
    const last_error = 'WEBHOOK_NOT_SET: There is no such webhook any more'
    await saveSettled(tx, head, {
      state: 'dead',
      ...{ attempt_count, tries, attempts, last_error },
      last_status_code: last?.status_code ?? 0,
      tm_next: null,
    })
  }
  await goOn(tx, queue)
}

async function goOn(tx: Tx, queue: QueueOfCustomer): Promise<void> {
  if (await leaveQueue(tx, queue)) tx.schedule(deliver, queueKey(queue), tx.now, queue)
}

const putOff =
  (queue: QueueOfCustomer, ms: number) =>
  async (tx: Tx): Promise<void> =>
    tx.schedule(deliver, queueKey(queue), addMilliseconds(tx.now, ms), queue)
