import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { deleteDeliveries, hasDeliveries } from '../store/deliveries.ts'
import { deleteSettings, findSettings, saveSettings, type WebhookSettings } from '../store/settings.ts'

const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS
const ROWS_A_COMMIT = 500

/** Deletes what is older than 30 days; one a customer, daily, for as long as it has or may get deliveries. */
export const forgetDeliveries = job('forget_deliveries', z.object({ customer_id: id() }))

export const forgetOld = async (tx: Tx, { customer_id }: { customer_id: string }): Promise<void> => {
  const before = addMilliseconds(tx.now, -KEPT_MS)
  if ((await deleteDeliveries(tx, customer_id, ROWS_A_COMMIT, before)) === ROWS_A_COMMIT) {
    return tx.schedule(forgetDeliveries, customer_id, tx.now, { customer_id })
  }
  const settings = await findSettings(tx, customer_id)
  if ((settings && settings.uri !== '') || (await hasDeliveries(tx, customer_id))) return tomorrow(tx, customer_id)
  if (settings?.is_deleted) await deleteSettings(tx, customer_id)
}

const tomorrow = (tx: Tx, customer_id: string): void =>
  tx.schedule(forgetDeliveries, customer_id, addMilliseconds(tx.now, DAY_MS), { customer_id })

/** Keeps what a customer has set, and sees that what it leads to is forgotten one day. */
export async function learnSettings(tx: Tx, settings: WebhookSettings): Promise<void> {
  const { before, isSaved } = await saveSettings(tx, settings)
  const isNew = before === undefined || before.uri === ''
  if (isSaved && ((isNew && settings.uri !== '') || settings.is_deleted)) tomorrow(tx, settings.customer_id)
}
