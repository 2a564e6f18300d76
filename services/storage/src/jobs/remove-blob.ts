import type { BlobStore } from '@voipbin/blob'
import type { Archive, StoredFile } from '@voipbin/contracts/storage'
import { addMilliseconds } from '@voipbin/contracts/time'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'

/** Whoever is reading has come to the end by then, or has what it opened. */
const GRACE_MS = 60_000

/** The content of a file or archive that is gone, by whatever way it went. */
export const removeBlob = job('remove_blob', z.object({ blob_id: z.string() }))

export const removeBlobHandler = (blobs: BlobStore) => removeBlob.outside(async (_ctx, { blob_id }) => void (await blobs.remove(blob_id)))

type Gone = Pick<StoredFile | Archive, 'blob_id'>

export const onBlobUnused = async (tx: Tx, { data: { blob_id } }: { readonly data: Gone }): Promise<void> =>
  tx.schedule(removeBlob, blob_id, addMilliseconds(tx.now, GRACE_MS), { blob_id })
