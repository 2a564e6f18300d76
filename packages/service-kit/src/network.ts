import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

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

/** Addresses and networks of a setting: `192.0.2.7, 198.51.100.0/24, 2001:db8::/32`. @throws TypeError for what is neither */
export function parseNetworks(text: string): (address: string) => boolean {
  const list = new BlockList()
  for (const word of text.split(',').map((part) => part.trim())) {
    if (word !== '') addNetwork(list, word)
  }
  return (address) => {
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

function addNetwork(list: BlockList, word: string): void {
  const [address = '', bits, ...rest] = word.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  const prefix = bits === undefined ? longest : /^\d+$/.test(bits) ? Number(bits) : Number.NaN
  if (family === 0 || rest.length > 0 || !(prefix >= 0 && prefix <= longest))
    throw new TypeError(`"${word}" is neither an address nor a network`)
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
}
