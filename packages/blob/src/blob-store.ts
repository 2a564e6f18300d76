import type { Readable } from 'node:stream'

export type StoredBlob = {
  readonly blob_id: string
  /** Octets. */
  readonly size: number
  /** Of the content, hex. */
  readonly sha256: string
  /** False where a blob of that id was there already; ids name contents, so it is the same one. */
  readonly isNew: boolean
}

/** First and last octet, both included, as HTTP counts them (RFC 9110 §14.1.2). */
export type BlobRange = { readonly first: number; readonly last: number }
export type OpenBlob = {
  /** Of the whole blob, in octets. */
  readonly size: number
  readonly content: Readable
}

/** Contents of files: they never cross the bus, their ids do. */
export type BlobStore = {
  /** Keeps the content durably before it resolves. `idOf` names it by its hash; by default it gets an id of its own. */
  put(content: Readable, idOf?: (sha256: string) => string): Promise<StoredBlob>
  /** Octets of the whole blob; undefined where there is none. */
  size(blobId: string): Promise<number | undefined>
  /** To be read to its end or destroyed. A range must lie within the blob. Undefined where there is none. */
  open(blobId: string, range?: BlobRange): Promise<OpenBlob | undefined>
  /** Where this machine has it as a file; undefined where it must be fetched. */
  file(blobId: string): string | undefined
  remove(blobId: string): Promise<void>
  close(): Promise<void>
}

const BLOB_ID = /^[A-Za-z0-9_-]{4,128}$/

/** @throws TypeError for what could be a path */
export function checkBlobId(blobId: string): string {
  if (!BLOB_ID.test(blobId)) throw new TypeError(`Blob id "${blobId}" cannot be a file name`)
  return blobId
}
