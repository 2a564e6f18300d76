import { networkInterfaces } from 'node:os'

/** Of this machine, as others reach it. Link-local ones mean nothing without an interface. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((found = []) => found)
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
