import { createHmac, timingSafeEqual } from 'node:crypto'
import { ServiceError } from '@voipbin/contracts/errors'
import type { StorageFile, StoredFile } from '@voipbin/contracts/storage'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Read } from '@voipbin/sql'
import { findLinkKey } from './store/link-keys.ts'

export type LinkSettings = { readonly publicUrl: string; readonly linkHours: number }
type Asked = { readonly id: string; readonly expires: number; readonly signature: string }

const HOUR_MS = 3_600_000

/** Links to contents: whoever has one may read, until it ends. What is signed is the file and the end. */
export type Links = {
  add(read: Read, file: StoredFile): Promise<StorageFile>
  addAll(read: Read, files: readonly StoredFile[]): Promise<StorageFile[]>
  /** @param tmExpire default: as long as links are good */
  urlOf(read: Read, id: string, tmExpire?: string): Promise<string>
  /** @throws LINK_INVALID, LINK_EXPIRED */
  check(read: Read, asked: Asked): Promise<void>
  /** So that what follows asks for no key: what a request costs must not tell whether its file is there. */
  learnKey(read: Read): Promise<void>
}

export function createLinks({ publicUrl, linkHours }: LinkSettings): Links {
  let known: string | undefined
  const linkKey = async (read: Read): Promise<string> => {
    known ??= await findLinkKey(read)
    if (known === undefined) throw new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'Cannot sign links: the service is starting')
    return known
  }
  const end = (read: Read) => addMilliseconds(read.now, linkHours * HOUR_MS)
  const sign = (key: string, id: string, tmExpire: string) => {
    const expires = secondsOf(tmExpire)
    return `${publicUrl.replace(/\/+$/, '')}/v1.0/storage_links/${id}?expires=${expires}&signature=${signatureOf(key, id, expires)}`
  }
  const addAll: Links['addAll'] = async (read, files) => {
    const key = await linkKey(read)
    const tm_download_expire = end(read)
    return files.map((file) => ({ ...file, uri_download: sign(key, file.id, tm_download_expire), tm_download_expire }))
  }
  return {
    addAll,
    learnKey: async (read) => void (await linkKey(read)),
    async add(read, file) {
      const [linked] = await addAll(read, [file])
      return linked as StorageFile
    },
    urlOf: async (read, id, tmExpire = end(read)) => sign(await linkKey(read), id, tmExpire),
    async check(read, { id, expires, signature }) {
      const given = Buffer.from(signature)
      const right = Buffer.from(signatureOf(await linkKey(read), id, expires))
      const isRight = given.length === right.length && timingSafeEqual(given, right)
      if (!isRight) throw new ServiceError('PERMISSION_DENIED', 'LINK_INVALID', 'Cannot open the file: the link is not one of ours')
      if (expires < secondsOf(read.now))
        throw new ServiceError('PERMISSION_DENIED', 'LINK_EXPIRED', 'Cannot open the file: the link has expired')
    },
  }
}

const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1_000)
const signatureOf = (key: string, id: string, expires: number): string =>
  createHmac('sha256', key).update(`${id}\n${expires}`).digest('hex')
