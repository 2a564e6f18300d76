import type { BlobStore } from '@voipbin/blob'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

/** A capture file that was asked for: whoever reads it has opened it by then. Key: its blob. */
export const removeCapture = job('remove_capture', z.object({ blob_id: z.string() }))

export const removeCaptureHandler = (blobs: BlobStore) =>
  removeCapture.outside(async (_ctx, { blob_id }) => void (await blobs.remove(blob_id)))
