export type { BlobRange, BlobStore, OpenBlob, StoredBlob } from './blob-store.ts'
export { blobIdOfUrl, blobUrl } from './blob-url.ts'
export { openFolderStore } from './folder-store.ts'
export { type BlobStoreOptions, openBlobStore } from './open-blob-store.ts'
