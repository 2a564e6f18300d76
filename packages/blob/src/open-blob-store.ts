import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BlobStore } from './blob-store.ts'
import { openFolderStore } from './folder-store.ts'
import { openS3Store } from './s3-store.ts'

export type BlobStoreOptions = {
  /**
   * Empty: the folder `blobs` beside those of all services. `file:///folder`: one that all machines share.
   * `s3://bucket/prefix?region=…&endpoint=…`: an object store.
   */
  readonly blobUrl: string
  /** Of the object store; both empty: as the machine's own role says. */
  readonly blobKeyId: string
  readonly blobSecret: string
}
type Surroundings = { readonly dataFolder: string; readonly newId: () => string }

/** The one store of the platform: what one service keeps, any other opens. Connects to nobody before the first use. */
export function openBlobStore(options: BlobStoreOptions, { dataFolder, newId }: Surroundings): BlobStore {
  if (options.blobUrl === '') return openFolderStore(resolve(dataFolder, '..', 'blobs'), newId)
  const url = new URL(options.blobUrl)
  if (url.protocol === 'file:') return openFolderStore(fileURLToPath(url), newId)
  const [endpoint, region] = ['endpoint', 'region'].map((name) => url.searchParams.get(name) ?? '')
  return openS3Store({
    bucket: url.hostname,
    prefix: url.pathname.replace(/^\/+|\/+$/g, ''),
    endpoint: endpoint ?? '',
    region: region || 'us-east-1',
    ...{ keyId: options.blobKeyId, secret: options.blobSecret },
    incoming: join(dataFolder, 'incoming'),
    newId,
  })
}
