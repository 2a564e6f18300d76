import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { Params, parseParams } from '../params.ts'

/** A token with parameters: Reason, Event, Content-Disposition, Subscription-State. */
export type TokenParams = { readonly token: string; readonly params: Params }

function parseTokenParams(cursor: Cursor): TokenParams | undefined {
  const token = cursor.token()
  const params = token === '' ? undefined : parseParams(cursor)
  return params && { token, params }
}

const formatTokenParams = ({ token, params }: TokenParams): string => `${token}${params.format()}`
const single = (name: string): HeaderField<TokenParams> => defineHeader(name, 'single', parseTokenParams, formatTokenParams)

/** RFC 6665 §8.2.1 */
export const eventHeader = single('Event')
/** RFC 6665 §8.2.3 */
export const subscriptionStateHeader = single('Subscription-State')
/** RFC 3261 §20.11 */
export const contentDispositionHeader = single('Content-Disposition')
/** RFC 3326: one value a protocol, such as `SIP` and `Q.850`. */
export const reasonHeader: HeaderField<TokenParams> = defineHeader('Reason', 'list', parseTokenParams, formatTokenParams)

/** A Reason value (RFC 3326 §2): its text is a quoted string, always. */
export function reason(protocol: string, cause: number, text?: string): TokenParams {
  const params = Params.of({ cause })
  return { token: protocol, params: text === undefined ? params : params.withQuoted('text', text) }
}

/** The cause that a protocol gives, such as that of `Q.850`; undefined when it gives none. */
export function causeOf(reasons: readonly TokenParams[], protocol: string): number | undefined {
  const cause = reasons.find(({ token }) => token.toLowerCase() === protocol.toLowerCase())?.params.get('cause')
  return cause !== undefined && /^\d{1,3}$/.test(cause) ? Number(cause) : undefined
}
