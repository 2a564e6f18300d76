import { isIP, isIPv6, SocketAddress } from 'node:net'
import { type DnsPort, parseUri, type Target, unbracketed } from '@voipbin/sip'
import { targetsOf } from './next-hop.ts'

/**
 * The targets that are none of these hosts, however they were named: what a host leads to is looked up in every way that a URI may ask for.
 * On the loopback every port is a host of its own.
 */
export async function withoutHosts(targets: readonly Target[], hosts: readonly string[], dns: DnsPort): Promise<readonly Target[]> {
  const avoided = (await Promise.all(hosts.flatMap(waysTo).map((way) => targetsOfWay(way, dns)))).flat()
  return targets.filter((target) => !avoided.some((each) => isSameHost(each, target)))
}

/** A name leads to its services, which may be others over each protocol, and with a port to its own addresses (RFC 3263 §4). */
function waysTo(given: string): readonly string[] {
  if (isIPv6(given)) return [`sip:[${given}]`]
  const name = given.replace(/:\d+$/, '')
  if (isIP(unbracketed(name))) return [`sip:${given}`]
  return [`sip:${given}`, `sip:${name}`, `sip:${name};transport=udp`, `sip:${name};transport=tcp`, `sip:${name}:5060`]
}

async function targetsOfWay(way: string, dns: DnsPort): Promise<readonly Target[]> {
  const uri = parseUri(way)
  return uri ? targetsOf(uri, dns) : []
}

function isSameHost(one: Target, other: Target): boolean {
  const host = plain(one.host)
  return host === plain(other.host) && (!isLoopback(host) || one.port === other.port)
}

/** An address as it is written by rule, as IPv4 where it leads there. */
function plain(host: string): string {
  if (!isIPv6(host)) return host
  return new SocketAddress({ address: host, family: 'ipv6' }).address.replace(/^::ffff:(?=[\d.]+$)/, '')
}

const isLoopback = (host: string) => host.startsWith('127.') || host === '::1'
