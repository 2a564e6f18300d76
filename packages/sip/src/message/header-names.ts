/** Header names as the RFCs spell them, with the compact form where one is registered (RFC 3261 §7.3.3, §20; IANA). */
const registered: Readonly<Record<string, string | undefined>> = {
  Accept: undefined,
  'Accept-Contact': 'a',
  'Accept-Encoding': undefined,
  'Accept-Language': undefined,
  'Alert-Info': undefined,
  Allow: undefined,
  'Allow-Events': 'u',
  'Authentication-Info': undefined,
  Authorization: undefined,
  'Call-ID': 'i',
  'Call-Info': undefined,
  Contact: 'm',
  'Content-Disposition': undefined,
  'Content-Encoding': 'e',
  'Content-Language': undefined,
  'Content-Length': 'l',
  'Content-Type': 'c',
  CSeq: undefined,
  Date: undefined,
  Diversion: undefined,
  'Error-Info': undefined,
  Event: 'o',
  Expires: undefined,
  From: 'f',
  Identity: 'y',
  'In-Reply-To': undefined,
  'Max-Forwards': undefined,
  'MIME-Version': undefined,
  'Min-Expires': undefined,
  'Min-SE': undefined,
  Organization: undefined,
  'P-Asserted-Identity': undefined,
  'P-Preferred-Identity': undefined,
  Path: undefined,
  Priority: undefined,
  Privacy: undefined,
  'Proxy-Authenticate': undefined,
  'Proxy-Authorization': undefined,
  'Proxy-Require': undefined,
  RAck: undefined,
  Reason: undefined,
  'Record-Route': undefined,
  'Refer-To': 'r',
  'Referred-By': 'b',
  'Reject-Contact': 'j',
  Replaces: undefined,
  'Reply-To': undefined,
  'Request-Disposition': 'd',
  Require: undefined,
  'Retry-After': undefined,
  Route: undefined,
  RSeq: undefined,
  Server: undefined,
  'Service-Route': undefined,
  'Session-Expires': 'x',
  Subject: 's',
  'Subscription-State': undefined,
  Supported: 'k',
  Timestamp: undefined,
  To: 't',
  Unsupported: undefined,
  'User-Agent': undefined,
  Via: 'v',
  Warning: undefined,
  'WWW-Authenticate': undefined,
}

/** What identifies a header in a message: its full name in lower case. */
export type HeaderKey = string

const keys = new Map<string, HeaderKey>()
const names = new Map<HeaderKey, string>()
for (const [name, compact] of Object.entries(registered)) {
  const key = name.toLowerCase()
  names.set(key, name)
  for (const spelling of [name, key, ...(compact ? [compact, compact.toUpperCase()] : [])]) keys.set(spelling, key)
}

/** The key of a header name in any case, full or compact. */
export function headerKey(name: string): HeaderKey {
  const known = keys.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  return keys.get(lower) ?? lower
}

/** The full name as its RFC spells it; a name that we do not know is returned as it came. */
export function headerName(name: string): string {
  return names.get(headerKey(name)) ?? name
}
