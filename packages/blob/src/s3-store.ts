import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { type BlobStore, checkBlobId } from './blob-store.ts'
import { removeLeftovers, writeDurably } from './folder-store.ts'

export type S3StoreOptions = {
  readonly bucket: string
  /** Before every name; empty: none. */
  readonly prefix: string
  /** Of a store that is not Amazon's; its buckets are in the path. Empty: Amazon's. */
  readonly endpoint: string
  readonly region: string
  readonly keyId: string
  readonly secret: string
  /** What is on its way waits here: its size and hash are known before the store is asked. */
  readonly incoming: string
  readonly newId: () => string
}

type Sdk = typeof import('@aws-sdk/client-s3')

/** Blobs as objects. The SDK is loaded at the first use: most processes never need it. */
export function openS3Store(options: S3StoreOptions): BlobStore {
  const { bucket: Bucket, prefix, incoming, newId } = options
  const keyOf = (blobId: string) => (prefix === '' ? checkBlobId(blobId) : `${prefix}/${checkBlobId(blobId)}`)
  let loading: Promise<{ sdk: Sdk; client: S3Client }> | undefined
  let isTidy = false
  const load = () => {
    loading ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: connect(sdk, options) }))
    return loading
  }

  async function size(blobId: string): Promise<number | undefined> {
    const Key = keyOf(blobId)
    const { sdk, client } = await load()
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key })).catch(unlessMissing)
    return head?.ContentLength
  }

  return {
    size,
    async put(content, idOf) {
      await mkdir(incoming, { recursive: true })
      const temporary = join(incoming, newId())
      try {
        const { size: octets, sha256 } = await writeDurably(content, temporary)
        if (!isTidy) await removeLeftovers(incoming, temporary)
        isTidy = true
        const blob_id = idOf ? idOf(sha256) : newId()
        const Key = keyOf(blob_id)
        const isNew = idOf === undefined || (await size(blob_id)) === undefined
        const { sdk, client } = await load()
        const Body = createReadStream(temporary)
        if (isNew) await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ContentLength: octets }))
        else Body.destroy()
        return { blob_id, size: octets, sha256, isNew }
      } finally {
        await rm(temporary, { force: true })
      }
    },
    async open(blobId, range) {
      const Key = keyOf(blobId)
      const { sdk, client } = await load()
      const Range = range && `bytes=${range.first}-${range.last}`
      const got = await client.send(new sdk.GetObjectCommand({ Bucket, Key, ...(Range && { Range }) })).catch(unlessMissing)
      if (!got) return undefined
      if (!(got.Body instanceof Readable)) throw new TypeError('The object store answered with no stream')
      return { size: wholeSize(got.ContentRange, got.ContentLength ?? 0), content: got.Body }
    },
    file(blobId) {
      checkBlobId(blobId)
      return undefined
    },
    async remove(blobId) {
      const Key = keyOf(blobId)
      const { sdk, client } = await load()
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }))
    },
    async close() {
      if (loading) (await loading).client.destroy()
    },
  }
}

function connect(sdk: Sdk, { endpoint, region, keyId, secret }: S3StoreOptions): S3Client {
  return new sdk.S3Client({
    region,
    ...(endpoint !== '' && { endpoint, forcePathStyle: true }),
    ...(keyId !== '' && { credentials: { accessKeyId: keyId, secretAccessKey: secret } }),
    // Stores that are not Amazon's know no trailing checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** `bytes 0-99/1234` */
const wholeSize = (contentRange: string | undefined, length: number): number => Number(contentRange?.split('/')[1] ?? length)

function unlessMissing(error: unknown): undefined {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  if (status === 404) return undefined
  throw error
}
