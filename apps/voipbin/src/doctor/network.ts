import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { localAddressTo } from '../own-addresses.ts'
import type { Finding } from './finding.ts'

export type Reach = {
  /** What SIP and the API are bound to. */
  readonly hosts: readonly string[]
  /** `auto`, or what SIP says that it is reached at. */
  readonly advertised: string
  /** Of this machine, without loopback. */
  readonly own: readonly string[]
  /** The address that packets to the Internet leave with; undefined: there is no way. */
  readonly outside: string | undefined
}

const privateNetworks = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const)
  privateNetworks.addSubnet(network, prefix)
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('fe80::', 10, 'ipv6')

export const isPrivate = (address: string) => privateNetworks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host)

/** Who can reach SIP, and whether what it says of itself is true. */
export function checkReach(reach: Reach): Finding[] {
  const { hosts, advertised, own, outside } = reach
  if (hosts.every(isLoopback)) {
    const alone: Finding = {
      state: 'note',
      what: 'API and SIP are bound to this machine only',
      advice: 'For phones in your network: npm start -- --lan, and npx voipbin doctor --lan',
    }
    return advertised === 'auto' ? [alone] : [alone, { state: 'bad', what: `VOIPBIN_SIP_ADVERTISED is ${advertised}`, advice: LOST }]
  }
  const route: Finding = outside
    ? { state: 'ok', what: `This machine has ${own.join(', ')}; packets to the Internet leave from ${outside}` }
    : {
        state: 'note',
        what: `This machine has ${own.join(', ') || 'no address'}`,
        advice: 'It has no way to the Internet: no carriers, no webhooks',
      }
  return [route, checkAdvertised(reach)]
}

const LOST = 'Phones are told an address at which nobody listens: set VOIPBIN_SIP_HOST too, or start with --lan'

function checkAdvertised({ advertised, own, outside }: Reach): Finding {
  if (advertised === 'auto') {
    const what = 'SIP tells each peer the local address that routes to it ("auto")'
    if (outside && !isPrivate(outside)) return { state: 'ok', what }
    return {
      state: 'note',
      what,
      advice: `${outside ?? 'It'} is private: whoever is outside needs VOIPBIN_SIP_ADVERTISED=<public address>, ${FORWARD}`,
    }
  }
  const what = `SIP says that it is reached at ${advertised}`
  if (isIP(advertised) === 0) return { state: 'bad', what, advice: 'VOIPBIN_SIP_ADVERTISED must be an IP address, or "auto"' }
  if (own.includes(advertised)) return { state: 'ok', what: `${what}, an address of this machine` }
  if (isLoopback(advertised) || isPrivate(advertised))
    return { state: 'bad', what, advice: `No address of this machine (${own.join(', ')}), and private: nobody finds it there` }
  return { state: 'note', what, advice: `No address of this machine: whoever has it (NAT) must pass on, ${FORWARD}; ${NEAR}` }
}

const NEAR = 'phones on this side of it need their networks in VOIPBIN_SIP_LOCAL_NETWORKS'
const FORWARD = 'and the SIP and RTP ports must be forwarded here'

/** Any address of the Internet will do. */
export const findOutside = () => localAddressTo('1.1.1.1')

export type FirewallSigns = {
  /** Rules of nftables, where this user may read them. */
  readonly nft: string | undefined
  readonly hasUfw: boolean
  readonly hasFirewalld: boolean
}

/** What can be known from inside. A router before this machine cannot be seen. */
export function checkFirewall({ nft, hasUfw, hasFirewalld }: FirewallSigns, ports: readonly string[]): Finding {
  const open = (command: (port: string) => string) => ports.map(command).join(' && ')
  if (hasUfw)
    return {
      state: 'note',
      what: 'The firewall ufw is on',
      advice: `Let it pass: ${open((port) => `ufw allow ${port.replace('-', ':')}`)}`,
    }
  if (hasFirewalld)
    return {
      state: 'note',
      what: 'The firewall firewalld runs',
      advice: `Let it pass: ${open((port) => `firewall-cmd --permanent --add-port=${port}`)} && firewall-cmd --reload`,
    }
  if (nft === undefined)
    return {
      state: 'note',
      what: 'Rules of a firewall cannot be read here',
      advice: `If there are any, these must pass: ${ports.join(', ')}`,
    }
  const isClosed = /hook input[^}]*policy drop/s.test(nft) || /hook input[^}]*\b(?:drop|reject)\b/s.test(nft)
  if (isClosed) return { state: 'note', what: 'nftables refuses some of what comes in', advice: `These must pass: ${ports.join(', ')}` }
  return { state: 'ok', what: 'No firewall of this machine refuses what comes in' }
}

export async function findFirewall(): Promise<FirewallSigns> {
  return { nft: await readRules(), hasUfw: hasUfw(), hasFirewalld: existsSync('/run/firewalld') }
}

function hasUfw(): boolean {
  try {
    return /^ENABLED=yes/im.test(readFileSync('/etc/ufw/ufw.conf', 'utf8'))
  } catch {
    return false
  }
}

/** Rules of iptables are there too. Without the command there are, as a rule, none. */
function readRules(): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('nft', ['list', 'ruleset'], { timeout: 3000 }, (error, stdout) => {
      if (!error) resolve(stdout)
      else resolve(error.code === 'ENOENT' && !existsSync('/proc/net/ip_tables_names') ? '' : undefined)
    })
  })
}
