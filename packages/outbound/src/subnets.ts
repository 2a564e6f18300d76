import { BlockList, isIPv4, isIPv6 } from 'node:net'

export type Family = 'ipv4' | 'ipv6'

/** @returns undefined for anything but a plain address; with a zone (`fe80::1%eth0`) it is not plain */
export function familyOf(address: string): Family | undefined {
  if (isIPv4(address)) return 'ipv4'
  return isIPv6(address) && !address.includes('%') ? 'ipv6' : undefined
}

export type Subnets = { has(address: string): boolean }

/** @throws SyntaxError naming what is no subnet; host bits may be set */
export function subnetsOf(subnets: readonly string[]): Subnets {
  // One list a family: a list of both takes an IPv4-mapped address for its IPv4 one.
  const lists: Readonly<Record<Family, BlockList>> = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const subnet of subnets) {
    const { family, address, length } = parseSubnet(subnet)
    lists[family].addSubnet(address, length, family)
  }
  return {
    has(address) {
      const family = familyOf(address)
      return family !== undefined && lists[family].check(address, family)
    },
  }
}

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 }

function parseSubnet(subnet: string): { family: Family; address: string; length: number } {
  const [address = '', bits = '', ...rest] = subnet.split('/')
  const family = familyOf(address)
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!family || rest.length > 0 || !(length <= BITS[family]))
    throw new SyntaxError(`Cannot read "${subnet}": it must be a subnet such as 10.0.0.0/8`)
  return { family, address, length }
}
