import { globalUnicastIpv6, type SpecialRange, specialIpv4, specialIpv6 } from './special-ranges.ts'
import { familyOf, subnetsOf } from './subnets.ts'

const compile = (ranges: readonly SpecialRange[]) => ({
  all: subnetsOf(ranges.map(([subnet]) => subnet)),
  each: ranges.map(([subnet, name]) => ({ name, subnet: subnetsOf([subnet]) })),
})
const special = { ipv4: compile(specialIpv4), ipv6: compile(specialIpv6) }
const globalUnicast = subnetsOf([globalUnicastIpv6])

/** Why an address is not one of the public Internet: the name of its range. @returns undefined for a public one */
export function specialUseOf(address: string): string | undefined {
  const family = familyOf(address)
  if (!family) return 'no address'
  const ranges = special[family]
  if (ranges.all.has(address)) return ranges.each.find(({ subnet }) => subnet.has(address))?.name
  return family === 'ipv6' && !globalUnicast.has(address) ? 'reserved' : undefined
}
