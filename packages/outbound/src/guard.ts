import { type AllowList, hostOf } from './allow-list.ts'
import { OutboundRefused } from './errors.ts'
import { specialUseOf } from './public-address.ts'
import { familyOf } from './subnets.ts'

export type Target = { readonly url: URL; readonly host: string; readonly port: number }

export type Guard = {
  /** Everything that can be said without asking DNS. @throws OutboundRefused */
  checkUrl(text: string, from?: URL): Target
  /** Whether a connection to this address may be opened for that target. */
  admits(target: Target, address: string): boolean
  /** Named in the allow-list: resolved as the machine does, its hosts file included. */
  isVouchedFor(target: Target): boolean
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }
/** Ports of web servers: those that come with the scheme, and any that needs no privilege. */
const isWebPort = (port: number) => port === 80 || port === 443 || port >= 1024
const URL_LIMIT = 2048

export function createGuard(allow: AllowList): Guard {
  const isVouchedFor = ({ host, port }: Target) => allow.hasHost(host, port)
  const isAllowed = (target: Target, address: string) => isVouchedFor(target) || allow.hasAddress(address)
  return {
    isVouchedFor,
    admits: (target, address) => isAllowed(target, address) || (isWebPort(target.port) && specialUseOf(address) === undefined),
    checkUrl(text, from) {
      const target = readTarget(text, from)
      const { host, port } = target
      if (from?.protocol === 'https:' && target.url.protocol === 'http:') {
        throw new OutboundRefused('DOWNGRADE_REFUSED', 'Refused: a redirect from https to http')
      }
      // The URL parser has turned every spelling of an IPv4 address (octal, hexadecimal, one number) into the plain one.
      const isAddress = familyOf(host) !== undefined
      if (isAddress && isAllowed(target, host)) return target
      if (!isVouchedFor(target) && !isWebPort(port)) {
        throw new OutboundRefused('PORT_REFUSED', 'Refused: the port must be 80, 443 or at least 1024')
      }
      if (isAddress && specialUseOf(host) !== undefined) throw refusedAddress()
      return target
    },
  }
}

export const refusedAddress = () => new OutboundRefused('ADDRESS_REFUSED', 'Refused: the address is not one of the public Internet')

function readTarget(text: string, from: URL | undefined): Target {
  const url = text.length <= URL_LIMIT ? URL.parse(text, from?.href) : null
  if (!url) throw new OutboundRefused('URL_INVALID', `Refused: not a URL of at most ${URL_LIMIT} characters`)
  const standardPort = DEFAULT_PORTS[url.protocol]
  if (standardPort === undefined) throw new OutboundRefused('SCHEME_REFUSED', 'Refused: the URL must begin with http:// or https://')
  if (url.username !== '' || url.password !== '') {
    throw new OutboundRefused('CREDENTIALS_REFUSED', 'Refused: the URL may not carry a user name or password')
  }
  return { url, host: hostOf(url), port: url.port === '' ? standardPort : Number(url.port) }
}
