import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'
import { archives } from '../store/archives.ts'

/** Key: the archive. */
export const expireArchive = job('expire_archive', z.object({ id: id() }))

export const expireArchiveHandler = expireArchive.inTx(async (tx, { id }) => {
  const archive = await archives.find(tx, id)
  if (archive) await archives.remove(tx, 'archive_deleted', archive)
})
