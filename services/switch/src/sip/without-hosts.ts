import { type DnsPort, parseUri, type Target } from '@voipbin/sip'
import { targetsOf } from './next-hop.ts'

/**
 * The targets that are none of these hosts, however they were named: what a host leads to is looked up as the targets were. On the loopback
 * every port is a host of its own.
 */
export async function withoutHosts(targets: readonly Target[], hosts: readonly string[], dns: DnsPort): Promise<readonly Target[]> {
  const avoided = (await Promise.all(hosts.map((host) => targetsOfHost(host, dns)))).flat()
  return targets.filter((target) => !avoided.some((each) => isSameHost(each, target)))
}

async function targetsOfHost(host: string, dns: DnsPort): Promise<readonly Target[]> {
  const uri = parseUri(`sip:${host}`)
  return uri ? targetsOf(uri, dns) : []
}

const isSameHost = (one: Target, other: Target) => one.host === other.host && (!isLoopback(one.host) || one.port === other.port)
const isLoopback = (host: string) => host.startsWith('127.') || host === '::1'
