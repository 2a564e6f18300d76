import { BlockList, isIP } from 'node:net'

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
  const [address = '', bits] = word.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  const prefix = bits === undefined ? longest : /^\d+$/.test(bits) ? Number(bits) : Number.NaN
  if (family === 0 || !(prefix >= 0 && prefix <= longest)) throw new TypeError(`"${word}" is neither an address nor a network`)
  list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
}
