import { createResponse } from '../message/build.ts'
import { acceptHeader, contentTypeHeader, isAccepted } from '../message/fields/media-type.ts'
import { allowHeader, contentEncodingHeader, requireHeader, unsupportedHeader } from '../message/fields/tokens.ts'
import { parseField } from '../message/header-field.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'

/** What a user agent takes; lists in lower case but for methods. */
export type Capabilities = {
  readonly methods: readonly string[]
  readonly schemes: readonly string[]
  /** Option tags that may be required of us (RFC 3261 §19.2). */
  readonly extensions: readonly string[]
  /** Media types of bodies, such as `application/sdp`. */
  readonly bodies: readonly string[]
  /** What our answers to an INVITE carry; an INVITE that does not accept it gets 406. */
  readonly answerBody: string
}

/**
 * The checks that a UAS makes of a request outside of a dialog before it looks at what is asked (RFC 3261 §8.2.1–8.2.3), in the order of
 * the RFC: method 405, scheme 416, extensions 420, body 415, and 406 where our answer would not be understood. Undefined: go on.
 * ACK and CANCEL are never refused here: nothing may be required in them (§8.2.2.3).
 */
export function refuseRequest(request: SipRequest, capabilities: Capabilities, toTag: string): SipResponse | undefined {
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined
  const refuse = (status: number) => createResponse(request, status, { toTag })
  if (!capabilities.methods.includes(request.method)) return withHeader(refuse(405), allowHeader.name, capabilities.methods)
  if (!capabilities.schemes.includes(request.uri.scheme)) return refuse(416)
  const required = request.headers.all(requireHeader)
  if (!required) return refuse(400)
  const unsupported = required.filter((tag) => !capabilities.extensions.includes(tag.toLowerCase()))
  if (unsupported.length > 0) return withHeader(refuse(420), unsupportedHeader.name, unsupported)
  return refuseBody(request, capabilities, refuse)
}

function refuseBody(request: SipRequest, capabilities: Capabilities, refuse: (status: number) => SipResponse): SipResponse | undefined {
  const { headers, body } = request
  if (body.length > 0 && !isKnownBody(request, capabilities)) {
    return withHeader(withHeader(refuse(415), acceptHeader.name, capabilities.bodies), 'Accept-Encoding', ['identity'])
  }
  if (request.method !== 'INVITE' || !headers.has('Accept')) return undefined
  const ranges = headers.all(acceptHeader)
  if (!ranges) return refuse(400)
  return isAccepted(ranges, capabilities.answerBody) ? undefined : refuse(406)
}

/** A body that may be left aside (Content-Disposition handling=optional) never refuses its request (§20.11). */
function isKnownBody({ headers }: SipRequest, { bodies }: Capabilities): boolean {
  if (/;\s*handling\s*=\s*"?optional/i.test(headers.raw('Content-Disposition') ?? '')) return true
  const encodings = headers.all(contentEncodingHeader)
  if (!encodings?.every((encoding) => encoding.toLowerCase() === 'identity')) return false
  const type = headers.one(contentTypeHeader)
  return (
    type !== undefined &&
    parseField(acceptHeader, bodies.join(','))?.some((range) => isAccepted([range], `${type.type}/${type.subtype}`)) === true
  )
}

function withHeader(response: SipResponse, name: string, values: readonly string[]): SipResponse {
  response.headers.setRaw(name, values.join(', '))
  return response
}
