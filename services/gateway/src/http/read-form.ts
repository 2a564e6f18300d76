import { hash } from 'node:crypto'
import type { Multipart, MultipartFile } from '@fastify/multipart'
import type { BlobStore, StoredBlob } from '@voipbin/blob'
import { ServiceError } from '@voipbin/contracts/errors'
import type { FastifyRequest } from 'fastify'
import { bodyTooLarge } from './read-body.ts'

type Texts = Record<string, string | string[]>
export type Form = { readonly texts: Texts; readonly upload: Upload | undefined }
/** What the method gets as `file`, and what is needed to take it back. */
export type Upload = {
  readonly file: { readonly blob_id: string; readonly filename: string; readonly content_type: string; readonly size: number }
  readonly blob: StoredBlob
}

export type FormParts = {
  readonly store: BlobStore
  readonly fileLimitOctets: number
  readonly bodyLimitOctets: number
  /** Repeated under its idempotency key, the same file gets the same id. */
  readonly wishName: string | undefined
}

const MAX_FIELDS = 100
const MAX_FILENAME_LENGTH = 255

/** Reads a multipart form: its texts, and its one file into the blob store. @throws BODY_TOO_LARGE, INVALID_ARGUMENT */
export async function readForm(request: FastifyRequest, parts: FormParts): Promise<Form> {
  const texts = Object.create(null) as Texts
  let upload: Upload | undefined
  try {
    const limits = {
      fileSize: parts.fileLimitOctets,
      files: 1,
      fields: MAX_FIELDS,
      fieldSize: parts.bodyLimitOctets,
      parts: MAX_FIELDS + 1,
    }
    for await (const part of request.parts({ limits })) {
      if (part.type === 'file') upload = await keep(part, parts)
      else addText(texts, part)
    }
    return { texts, upload }
  } catch (error) {
    if (upload) await takeBack(parts.store, upload)
    throw toFormRefusal(error, parts)
  }
}

/** Removes a file that nobody will refer to. */
export async function takeBack(store: BlobStore, { blob }: Upload): Promise<void> {
  if (blob.isNew) await store.remove(blob.blob_id)
}

async function keep({ file, filename, mimetype }: MultipartFile, { store, wishName, fileLimitOctets }: FormParts): Promise<Upload> {
  const idOf = wishName === undefined ? undefined : (sha256: string) => hash('sha256', `${wishName}\n${sha256}`, 'hex')
  const blob = await store.put(file, idOf).catch((error: unknown) => {
    // What the disk refuses names a system call; a form that breaks off is the client's doing, however its stream ended.
    throw isOfDisk(error)
      ? new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'The file cannot be stored', { cause: error })
      : broken(error)
  })
  const upload = {
    blob,
    file: { blob_id: blob.blob_id, filename: safeName(filename), content_type: mimetype.slice(0, 255), size: blob.size },
  }
  if (!file.truncated) return upload
  await takeBack(store, upload)
  throw bodyTooLarge(fileLimitOctets)
}

const isOfDisk = (error: unknown) => error instanceof Error && 'syscall' in error

/** The last part of a path, without what could break a header or a terminal. */
function safeName(filename: string | undefined): string {
  const last = (filename ?? '').split(/[/\\]/).at(-1) ?? ''
  return last
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .slice(0, MAX_FILENAME_LENGTH)
}

function addText(texts: Texts, part: Exclude<Multipart, MultipartFile>): void {
  const value = String(part.value)
  const earlier = texts[part.fieldname]
  texts[part.fieldname] = earlier === undefined ? value : [...(typeof earlier === 'string' ? [earlier] : earlier), value]
}

const broken = (cause: unknown) => invalidArgumentBecause('The form cannot be read: it is broken or breaks off', cause)

function toFormRefusal(error: unknown, parts: FormParts): ServiceError {
  if (error instanceof ServiceError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'FST_REQ_FILE_TOO_LARGE') return bodyTooLarge(parts.fileLimitOctets)
  if (code === 'FST_FILES_LIMIT') return invalidArgumentBecause('The form carries more than one file', error)
  if (code.endsWith('_LIMIT')) return invalidArgumentBecause(`The form has more than ${MAX_FIELDS} fields`, error)
  return broken(error)
}

const invalidArgumentBecause = (message: string, cause: unknown) =>
  new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', message, { cause })
