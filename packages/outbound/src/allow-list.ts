import { familyOf, type Subnets, subnetsOf } from './subnets.ts'

/** Receivers that the operator vouches for, wherever they are. */
export type AllowList = {
  /** The very host and port were listed. */
  hasHost(host: string, port: number): boolean
  /** The address lies in a listed subnet. */
  hasAddress(address: string): boolean
}

/**
 * Reads `receiver.local:8080, [::1]:9000, 10.1.0.0/16`: hosts with their port, as a URL names them, and subnets, whose
 * every port is meant. @throws SyntaxError naming the entry that is neither
 */
export function parseAllowList(text: string): AllowList {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const subnets: Subnets = subnetsOf(entries.filter((entry) => entry.includes('/')))
  const hosts = new Set(entries.filter((entry) => !entry.includes('/')).map(normalHost))
  return { hasHost: (host, port) => hosts.has(`${host}:${port}`), hasAddress: (address) => subnets.has(address) }
}

function normalHost(entry: string): string {
  const match = /^(\[[^\]]+\]|[^:[\]@?#\s]+):(\d{1,5})$/.exec(entry)
  const port = Number(match?.[2])
  const url = match && port >= 1 && port <= 65_535 ? URL.parse(`http://${match[1]}`) : null
  if (!url) throw new SyntaxError(`Cannot read "${entry}": it must be host:port or a subnet`)
  return `${hostOf(url)}:${port}`
}

/** The host of a URL as an address or a name, without the brackets of IPv6. */
export function hostOf(url: URL): string {
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return familyOf(bare) ? bare : url.hostname
}
