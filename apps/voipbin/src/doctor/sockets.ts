import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type Protocol = 'tcp' | 'udp'

/** A port that is taken on this machine. */
export type Socket = { readonly protocol: Protocol; readonly address: string; readonly port: number; readonly inode: string }

const LISTENING = '0A'

/**
 * Who listens, as Linux tells. On other systems nothing is known.
 * @returns undefined where it cannot be known
 */
export function listSockets(): Socket[] | undefined {
  const read = (protocol: Protocol, version: '' | '6') => parseSockets(readFileSync(`/proc/net/${protocol}${version}`, 'utf8'), protocol)
  try {
    return [...read('tcp', ''), ...read('udp', ''), ...readOrNone(() => [...read('tcp', '6'), ...read('udp', '6')])]
  } catch {
    return undefined
  }
}

/** A machine may have no IPv6. */
function readOrNone(read: () => Socket[]): Socket[] {
  try {
    return read()
  } catch {
    return []
  }
}

/** `/proc/net/udp` and the like: a line each, address and port in hexadecimal, the inode tenth. Of TCP only those that listen. */
export function parseSockets(table: string, protocol: Protocol): Socket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line): Socket[] => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const [address = '', port = ''] = local.split(':')
      if (port === '' || (protocol === 'tcp' && state !== LISTENING)) return []
      return [{ protocol, address: addressOf(address), port: Number.parseInt(port, 16), inode }]
    })
}

/** Words of 32 bits, each with its octets in the machine's order, least first. */
function addressOf(hex: string): string {
  if (hex.length === 8)
    return (hex.match(/../g) ?? [])
      .map((octet) => Number.parseInt(octet, 16))
      .toReversed()
      .join('.')
  if (/^0+$/.test(hex)) return '::'
  return /^0{24}01000000$/.test(hex) ? '::1' : 'IPv6'
}

export type Holder = { readonly pid: number; readonly name: string }

/** Which process has a socket; of other users' processes only root is told. */
export function holderOf({ inode }: Socket): Holder | undefined {
  const pid = numbersIn('/proc').find((each) => socketsOf(each).has(inode))
  return pid === undefined ? undefined : { pid, name: nameOf(pid) }
}

/** Inodes of all sockets of a process. */
export const socketsOf = (pid: number): ReadonlySet<string> =>
  new Set(linksIn(`/proc/${pid}/fd`).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))

const numbersIn = (folder: string) => namesIn(folder).map(Number).filter(Number.isInteger)
const linksIn = (folder: string) => namesIn(folder).map((name) => quietly(() => readlinkSync(`${folder}/${name}`)) ?? '')
const namesIn = (folder: string) => quietly(() => readdirSync(folder)) ?? []
/** Its command line, which says more than its name: each Node is called after its thread. */
const nameOf = (pid: number) =>
  quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim().slice(0, SHOWN)) ?? ''
const SHOWN = 80

/** What is of another user, or has just ended, cannot be read. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
