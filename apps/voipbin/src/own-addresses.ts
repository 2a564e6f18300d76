import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** Of this machine, as others reach it. Link-local ones mean nothing without an interface. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((found = []) => found)
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)

/**
 * The address that packets to a peer leave with. Sends nothing: connecting a UDP socket only asks the routing table.
 * @returns undefined where no way leads there
 */
export function localAddressTo(peer: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(peer) ? 'udp6' : 'udp4')
    const end = (address: string | undefined) => {
      socket.removeAllListeners()
      socket.close()
      resolve(address)
    }
    socket.once('error', () => end(undefined))
    socket.once('connect', () => end(socket.address().address))
    socket.connect(9, peer)
  })
}
