import type { BlobStore } from '@voipbin/blob'
import { addMilliseconds } from '@voipbin/contracts/time'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import type { TtsConfig } from '../config.ts'
import { deleteSpeech, findSpeech, type Speech, speechesOf, totalOctets, unusedSince } from '../store/speeches.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ROWS_A_COMMIT = 500
/** Whoever was told of a sound has begun to play it by then. */
const GRACE_MS = 600_000

/** Keeps what is kept within its bounds; once an hour while there is something. */
export const trimSpeeches = job('trim_speeches', z.object({}))
/** A sound whose row is gone. */
export const removeBlob = job('remove_blob', z.object({ key: z.string().max(64) }))
export const purgeSpeeches = job('purge_speeches', z.object({ customer_id: z.string() }))

/** The same hour is the same job, however often it is asked for. */
export function scheduleTrim(tx: Tx): void {
  const hour = tx.now.slice(0, 13)
  tx.schedule(trimSpeeches, hour, addMilliseconds(`${hour}:00:00.000000Z`, HOUR_MS), {})
}

export const trimSpeechesHandler = ({ cacheDays, cacheMegabytes }: Pick<TtsConfig, 'cacheDays' | 'cacheMegabytes'>) =>
  trimSpeeches.inTx(async (tx) => {
    const expired = await unusedSince(tx, addMilliseconds(tx.now, -cacheDays * DAY_MS), ROWS_A_COMMIT)
    for (const speech of expired) await drop(tx, speech)
    const total = await totalOctets(tx)
    const isMore = expired.length === ROWS_A_COMMIT || (await dropOldest(tx, total - cacheMegabytes * 1_000_000))
    if (isMore) tx.schedule(trimSpeeches, 'more', tx.now, {})
    else if (total > 0) scheduleTrim(tx)
  })

/** @returns whether there is still too much */
async function dropOldest(tx: Tx, excess: number): Promise<boolean> {
  let left = excess
  if (left <= 0) return false
  for (const speech of await unusedSince(tx, tx.now, ROWS_A_COMMIT)) {
    if (left <= 0) return false
    await drop(tx, speech)
    left -= speech.octets
  }
  return left > 0
}

async function drop(tx: Tx, { key }: Speech): Promise<void> {
  await deleteSpeech(tx, key)
  tx.schedule(removeBlob, key, addMilliseconds(tx.now, GRACE_MS), { key })
}

export const purgeSpeechesHandler = purgeSpeeches.inTx(async (tx, { customer_id }) => {
  const speeches = await speechesOf(tx, customer_id, ROWS_A_COMMIT)
  for (const speech of speeches) await drop(tx, speech)
  if (speeches.length === ROWS_A_COMMIT) tx.schedule(purgeSpeeches, customer_id, tx.now, { customer_id })
})

/** Unless it was made again meanwhile. */
export const removeBlobHandler = (blobs: BlobStore) =>
  removeBlob.outside(async (ctx, { key }) => {
    if (!(await findSpeech(ctx.read(), key))) await blobs.remove(key)
  })
