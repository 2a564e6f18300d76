import { randomBytes } from 'node:crypto'
import { fixedCustomers } from '@voipbin/contracts/customer'
import { id } from '@voipbin/contracts/fields'
import type { SigningKey } from '@voipbin/contracts/gateway'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type JobHandler, job } from '@voipbin/service-kit'
import { deriveId, type Read, type Tx } from '@voipbin/sql'
import { z } from 'zod'
import { longestTokenLifeMs, signingKeyGraceMs, signingKeyLifeMs } from '../identity/lifetimes.ts'
import { signingKeys } from '../store/signing-keys.ts'

const KEY_OCTETS = 32
/** More live keys than anybody makes: a rotation an hour of the longest token's life is fewer. */
const MAX_KEYS = 1000

/** Due when the newest key has signed long enough. */
export const renewSigningKey = job('renew_signing_key', z.object({}))
/** Due when the last token that the key signed has expired. */
export const dropSigningKey = job('drop_signing_key', z.object({ id: id() }))

export const renewSigningKeyHandler: JobHandler = renewSigningKey.inTx(async (tx) => ensureYoungKey(tx))
export const dropSigningKeyHandler: JobHandler = dropSigningKey.inTx(async (tx, { id }) => {
  const key = await signingKeys.find(tx, id)
  if (key) await drop(tx, key)
})

/** Newest first. */
export async function liveKeys(read: Read): Promise<SigningKey[]> {
  const page = { page_size: MAX_KEYS, page_token: '', customer_id: fixedCustomers.system }
  return (await signingKeys.list(read, page)).result
}

export async function ensureYoungKey(tx: Tx): Promise<void> {
  const [newest] = await liveKeys(tx)
  if (!newest || addMilliseconds(newest.tm_create, signingKeyLifeMs) <= tx.now) await makeKey(tx, newest)
}

/**
 * The key before it signs no more and is dropped when what it signed has expired. Each id follows from the one before, so that two
 * replicas that renew at once make one key.
 */
export async function makeKey(tx: Tx, before: SigningKey | undefined): Promise<void> {
  const dropAt = addMilliseconds(tx.now, longestTokenLifeMs + signingKeyGraceMs)
  if (before && before.tm_delete === null) tx.schedule(dropSigningKey, before.id, dropAt, { id: before.id })
  const key = randomBytes(KEY_OCTETS).toString('base64url')
  const id = deriveId('signing key', before?.id ?? 'first')
  await signingKeys.insert(tx, 'signing_key_created', { id, customer_id: fixedCustomers.system, key })
  tx.schedule(renewSigningKey, 'next', addMilliseconds(tx.now, signingKeyLifeMs), {})
}

/** The row stays as a record; the key itself is gone. */
export const drop = (tx: Tx, key: SigningKey): Promise<SigningKey> => signingKeys.remove(tx, 'signing_key_deleted', key, { key: '' })
