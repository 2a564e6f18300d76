import type { Call } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { storageContract } from '@voipbin/contracts/storage'
import type { Media } from '@voipbin/contracts/switch'
import type { Clients } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { recordings } from './store/recordings.ts'

/** What is behind a URL that a flow plays; undefined where it may not. */
export type MediaOf = (read: Read, call: Pick<Call, 'customer_id'>, url: string) => Promise<Media | undefined>

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const RECORDING = new RegExp(`^/v1\\.0/recordingfiles/(${UUID})$`, 'i')
const LINK = new RegExp(`^/v1\\.0/storage_links/(${UUID})$`, 'i')

/**
 * Strangers' URLs are for the switch to fetch, under its guard. Ours are fetched by nobody, so that the guard need not let them through,
 * wherever the API is: a recording of the customer's own, and what a link of ours leads to, are played from where files are kept. Nothing
 * else of ours is, nor are `file:` and `blob:`, which name anybody's.
 */
export function createMediaOf(client: Clients, publicUrl: string): MediaOf {
  const ours = new URL(publicUrl)
  const base = ours.pathname.replace(/\/+$/, '')
  return async (read, { customer_id }, text) => {
    const url = URL.parse(text)
    if (!url || !/^https?:$/.test(url.protocol)) return undefined
    if (url.host !== ours.host || !url.pathname.startsWith(`${base}/`)) return { url: text }
    const path = url.pathname.slice(base.length)
    const [, recordingId] = RECORDING.exec(path) ?? []
    if (recordingId !== undefined) {
      const recording = await recordings.find(read, recordingId.toLowerCase())
      return recording?.customer_id === customer_id ? { url: `blob:${recording.id}` } : undefined
    }
    const [, fileId] = LINK.exec(path) ?? []
    return fileId === undefined ? undefined : openLink(client, fileId, url.searchParams)
  }
}

async function openLink(client: Clients, id: string, given: URLSearchParams): Promise<Media | undefined> {
  const [expires, signature] = [Number(given.get('expires') ?? ''), given.get('signature') ?? '']
  if (!Number.isSafeInteger(expires) || expires < 0 || signature.length > 128) return undefined
  try {
    const { url } = await client(storageContract).openStorageLink({ id: id.toLowerCase(), expires, signature })
    return { url }
  } catch (error) {
    if (error instanceof ServiceError && ['PERMISSION_DENIED', 'NOT_FOUND'].includes(error.status)) return undefined
    throw error
  }
}
