import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'
import { recordReminder } from './store.ts'

const reminder = z.object({ reminder_id: id() })

export const settling = job('settle', reminder)
export const settle = settling.inTx((tx, { reminder_id }) => recordReminder(tx, 'settle', reminder_id))

export const notify = job('notify', reminder)
/** What it does outside is nothing; what counts is that its commit is made once. */
export const notifyOutside = notify.outside(
  async (_, { reminder_id }) =>
    (tx) =>
      recordReminder(tx, 'notify', reminder_id),
)
