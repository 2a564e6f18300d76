import { checkBlobId } from './blob-store.ts'

const SCHEME = 'blob:'

/** What services hand one another for a blob: `blob:<id>`. Whoever gets it opens it in the store. @throws TypeError for what is no id */
export const blobUrl = (blobId: string): string => `${SCHEME}${checkBlobId(blobId)}`

/** @returns undefined for another URL. @throws TypeError for what is no id */
export const blobIdOfUrl = (url: string): string | undefined => (url.startsWith(SCHEME) ? checkBlobId(url.slice(SCHEME.length)) : undefined)
