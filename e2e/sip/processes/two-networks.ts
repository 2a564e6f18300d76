import { execFileSync, spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'

const ip = (command: string) => execFileSync('ip', command.split(' '))

/**
 * Two interfaces for this process, which is in a network namespace of its own, with peers in another one. Beyond the second interface lies
 * a third network, 10.71.9.0/24, which is nobody's neighbour.
 * @returns the process in whose namespace the peers are
 */
export async function joinNetworks(): Promise<number> {
  ip('link set lo up')
  // It waits for a word from here, and so ends with this process, however that ends.
  const { pid: peers = 0 } = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const own = readlinkSync('/proc/self/ns/net')
  while (readlinkSync(`/proc/${peers}/ns/net`) === own) await new Promise((resolve) => setTimeout(resolve, 10))
  const there = (command: string) => execFileSync('nsenter', ['-t', String(peers), '--net', 'ip', ...command.split(' ')])
  there('link set lo up')
  for (const network of [1, 2]) {
    ip(`link add near${network} type veth peer name far${network} netns ${peers}`)
    ip(`addr add 10.71.${network}.1/24 dev near${network}`)
    there(`addr add 10.71.${network}.2/24 dev far${network}`)
    ip(`link set near${network} up`)
    there(`link set far${network} up`)
  }
  there('addr add 10.71.9.9/32 dev lo')
  ip('route add 10.71.9.0/24 via 10.71.2.2')
  // An address that somebody in between translates, as far as it can be had without.
  ip('addr add 203.0.113.7/32 dev lo')
  there('route add 203.0.113.7/32 via 10.71.1.1')
  return peers
}
