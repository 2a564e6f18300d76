import type { BlobRange } from '@voipbin/blob'

/**
 * One range of a `Range` header, within a content of `size` octets (RFC 9110 §14.1.2, §14.2). Several ranges, other units and what is
 * malformed are passed over, as a server may.
 * @returns undefined: the whole; `none`: there is nothing at that place
 */
export function parseRange(header: string | undefined, size: number): BlobRange | 'none' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (from === '' && to === '') return undefined
  if (from === '') {
    const length = Math.min(size, Number(to))
    return length === 0 ? 'none' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(size - 1, Number(to))
  if (to !== '' && Number(to) < first) return undefined
  return first < size ? { first, last } : 'none'
}
