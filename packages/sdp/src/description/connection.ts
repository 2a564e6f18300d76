import { isIP } from 'node:net'
import type { Section, SessionDescription } from './session-description.ts'
import { words } from './words.ts'

/** `c=IN <addressType> <address>` (RFC 8866 §5.7); TTL and count of multicast addresses are left out. The address may be a name. */
export type Connection = { readonly addressType: string; readonly address: string }

/** The value of a `c=` line; undefined when it is malformed. */
export function readConnection(value: string): Connection | undefined {
  const [networkType, type = '', place = '', ...more] = words(value)
  const addressType = type.toUpperCase()
  const [address = ''] = place.split('/', 1)
  if (networkType?.toUpperCase() !== 'IN' || !/^IP[46]$/.test(addressType) || address === '' || more.length > 0) return undefined
  return { addressType, address }
}

/** Where a media description points: its own first `c=`, else the session's. */
export function connectionOf(session: SessionDescription, media: Section): Connection | undefined {
  const line = media.lines.find(({ type }) => type === 'c') ?? session.lines.find(({ type }) => type === 'c')
  return line && readConnection(line.value)
}

export const addressTypeOf = (address: string): 'IP4' | 'IP6' => (isIP(address) === 6 ? 'IP6' : 'IP4')

/** The address that says "send nothing": hold of RFC 2543, still written by phones (RFC 3264 §8.4), in IPv6 `::` (RFC 6157 §3.1 note). */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || (isIP(address) === 6 && /^[0:]+$/.test(address))
}

/** An IP address that one peer can have. Names would need the DNS in the media path, multicast would be an amplifier. */
export function isUnicast(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return Number(address.split('.')[0]) < 224
  return family === 6 && !/^ff/i.test(address)
}
