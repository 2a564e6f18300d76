import { SLASH } from '../characters.ts'
import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { type Params, parseParams } from '../params.ts'

/** `type/subtype;params`, lower case; `*` stands for any in Accept (RFC 3261 §20.1, §20.15). */
export type MediaType = { readonly type: string; readonly subtype: string; readonly params: Params }

function parseMediaType(cursor: Cursor): MediaType | undefined {
  const type = cursor.token().toLowerCase()
  if (type === '' || !cursor.takeSeparator(SLASH)) return undefined
  const subtype = cursor.token().toLowerCase()
  const params = subtype === '' ? undefined : parseParams(cursor)
  return params && { type, subtype, params }
}

const formatMediaType = ({ type, subtype, params }: MediaType): string => `${type}/${subtype}${params.format()}`

/** §20.15 */
export const contentTypeHeader: HeaderField<MediaType> = defineHeader('Content-Type', 'single', parseMediaType, formatMediaType)
/** §20.1; present and empty means that nothing is accepted. */
export const acceptHeader: HeaderField<MediaType> = defineHeader('Accept', 'tokens', parseMediaType, formatMediaType)

/** Whether one of the ranges of an Accept header takes a type such as `application/sdp`. */
export function isAccepted(ranges: readonly MediaType[], mediaType: string): boolean {
  const [type, subtype] = mediaType.toLowerCase().split('/')
  return ranges.some((range) => (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype))
}
