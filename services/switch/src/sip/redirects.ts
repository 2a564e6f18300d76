import { contactHeader, contactPreference, formatUri, isSameUri, type SipResponse, type Uri } from '@voipbin/sip'

/** A 3xx that leads on and on is a loop, or a prank. */
const MAX_REDIRECTIONS = 3

/** Where 3xx responses have led, and lead (RFC 3261 §8.1.3.4). Only to SIP, and nowhere twice. */
export class Redirects {
  readonly #visited: Uri[] = []

  /** The best Contact that has not been tried; undefined where the response is to be taken as it is. */
  next(response: SipResponse, from: Uri | undefined): Uri | undefined {
    if (response.status >= 400 || response.status === 380 || this.#visited.length >= MAX_REDIRECTIONS || !from) return undefined
    const contacts = (response.headers.all(contactHeader) ?? []).flatMap((contact) => (contact === '*' ? [] : [contact]))
    const tried = [...this.#visited, from]
    const usable = contacts.filter(({ uri }) => uri.kind === 'sip' && uri.scheme === 'sip' && !tried.some((each) => isSameUri(each, uri)))
    const [best] = usable.toSorted((one, other) => contactPreference(other) - contactPreference(one))
    if (!best || formatUri(best.uri).length > 1_024) return undefined
    this.#visited.push(from)
    return best.uri
  }
}
