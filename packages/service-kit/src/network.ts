import { isIPv4, isIPv6 } from 'node:net'

const GROUPS_OF_A_NETWORK = 4

/**
 * Whom an address stands for: an IPv4 address for itself, an IPv6 address for its /64, out of which one customer of a
 * provider may choose any. What is no address stands for itself.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped && isIPv4(mapped)) return mapped
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return address
  const [left = '', right] = plain.split('::')
  const before = groupsOf(left)
  const after = groupsOf(right ?? '')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const groups = right === undefined ? before : [...before, ...zeros, ...after]
  return `${groups.slice(0, GROUPS_OF_A_NETWORK).join(':')}::/64`
}

/** A dotted end counts for two groups; what it says lies behind the network. */
function groupsOf(part: string): string[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [Number.parseInt(group, 16).toString(16)]))
}
