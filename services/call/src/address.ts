import type { Address } from '@voipbin/contracts/address'

/** People write numbers with blanks, brackets and hyphens; networks know none. What is nobody's number that way stays as it is. */
export function normalAddress(address: Address): Address {
  if (address.type !== 'tel') return address
  const target = address.target.replaceAll(/[\s().-]/g, '')
  return /^\+[0-9]+$/.test(target) ? { ...address, target } : address
}
