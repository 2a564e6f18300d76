import { isIP } from 'node:net'
import type { SipUri } from '../message/sip-uri.ts'
import type { Uri } from '../message/uri.ts'
import { defaultPort, type Protocol, type Target, unbracketed } from './flow.ts'

export type NaptrRecord = {
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly service: string
  readonly regexp: string
  readonly replacement: string
}
export type SrvRecord = { readonly priority: number; readonly weight: number; readonly port: number; readonly name: string }

/** The questions that RFC 3263 asks of the DNS. Each answers none where there is no such record, and rejects where the DNS fails. */
export type DnsPort = {
  naptr(name: string): Promise<readonly NaptrRecord[]>
  srv(name: string): Promise<readonly SrvRecord[]>
  /** IPv4 addresses. */
  a(name: string): Promise<readonly string[]>
  /** IPv6 addresses. */
  aaaa(name: string): Promise<readonly string[]>
}

export type ResolveOptions = {
  readonly dns: DnsPort
  /** What we can send over, the one that we like most first. */
  readonly protocols: readonly Protocol[]
  /** Address families that we have, the one that we like most first. */
  readonly families?: readonly (4 | 6)[]
  /** 0 to 1, for the weights of SRV. */
  readonly random?: () => number
}

/** Targets of one URI beyond this are not tried. */
const MAX_TARGETS = 16
const MAX_RECORDS = 32

const srvPrefix: Readonly<Record<Protocol, string>> = {
  UDP: '_sip._udp',
  TCP: '_sip._tcp',
  TLS: '_sips._tcp',
  WS: '_sip._ws',
  WSS: '_sips._wss',
}
const naptrServices: Readonly<Record<string, Protocol>> = {
  'SIP+D2U': 'UDP',
  'SIP+D2T': 'TCP',
  'SIPS+D2T': 'TLS',
  'SIP+D2W': 'WS',
  'SIPS+D2W': 'WSS',
}

type Service = { readonly protocol: Protocol; readonly srvName: string }
type Place = { readonly protocol: Protocol; readonly host: string; readonly port: number }

/**
 * Where a request for a URI goes (RFC 3263 §4), first choice first: the next is tried when one fails (§4.3). None when the URI has no host,
 * needs a protocol that we lack, or the DNS knows nothing.
 */
export async function resolveUri(uri: Uri, options: ResolveOptions): Promise<readonly Target[]> {
  const place = placeOf(uri, options.protocols)
  if (!place || uri.kind !== 'sip') return []
  if (isIP(place.host)) return [place]
  const { host } = place
  const usable = usableProtocols(uri, options.protocols)
  if (uri.port !== undefined) return addressesOf([place], options)
  const services = uri.params.has('transport') ? servicesByName(host, usable) : await servicesOf(host, usable, options)
  const places = (await Promise.all(services.map((service) => placesOf(service, options)))).flat()
  return addressesOf(places.length > 0 ? places : [place], options)
}

/** Where a URI goes that says an address and so needs no DNS; undefined for others, and for what we have no protocol for. */
export function directTarget(uri: Uri, protocols: readonly Protocol[]): Target | undefined {
  const place = placeOf(uri, protocols)
  return place && isIP(place.host) ? place : undefined
}

/** What a URI says by itself: its host, a name or an address, with the protocol and port that it states or that are usual. */
function placeOf(uri: Uri, protocols: readonly Protocol[]): Place | undefined {
  if (uri.kind !== 'sip') return undefined
  const usable = usableProtocols(uri, protocols)
  const protocol = usable.find((each) => each === usualProtocol(uri)) ?? usable[0]
  if (!protocol) return undefined
  return { protocol, host: unbracketed(uri.params.get('maddr') || uri.host), port: uri.port ?? defaultPort(protocol) }
}

/** What a URI that does not say is sent over (RFC 3263 §4.1). */
const usualProtocol = ({ scheme }: SipUri): Protocol => (scheme === 'sips' ? 'TLS' : 'UDP')

/** Of our protocols those that a URI allows: the one it states; for sips the secure ones (RFC 3261 §26.2.2), where TCP means TLS. */
function usableProtocols({ scheme, params }: SipUri, protocols: readonly Protocol[]): readonly Protocol[] {
  const stated = params.get('transport')?.toUpperCase()
  if (scheme === 'sip') return stated === undefined ? protocols : protocols.filter((each) => each === stated)
  const secured = stated === 'TCP' ? 'TLS' : stated === 'WS' ? 'WSS' : stated
  return protocols.filter((each) => (each === 'TLS' || each === 'WSS') && (secured === undefined || each === secured))
}

/** The services of a domain, in its order: as NAPTR says, else one SRV name for each protocol (RFC 3263 §4.1). */
async function servicesOf(host: string, usable: readonly Protocol[], { dns }: ResolveOptions): Promise<readonly Service[]> {
  const records = (await orNone(dns.naptr(host))).slice(0, MAX_RECORDS)
  const ordered = records.toSorted((one, other) => one.order - other.order || one.preference - other.preference)
  const services = ordered.flatMap(({ flags, service, replacement }) => {
    const protocol = naptrServices[service.toUpperCase()]
    return flags.toLowerCase() === 's' && protocol && usable.includes(protocol) ? [{ protocol, srvName: replacement }] : []
  })
  return services.length > 0 ? services : servicesByName(host, usable)
}

const servicesByName = (host: string, usable: readonly Protocol[]): readonly Service[] =>
  usable.map((protocol) => ({ protocol, srvName: `${srvPrefix[protocol]}.${host}` }))

async function placesOf({ protocol, srvName }: Service, { dns, random = Math.random }: ResolveOptions): Promise<readonly Place[]> {
  const records = (await orNone(dns.srv(srvName))).slice(0, MAX_RECORDS)
  // A lone dot says that there is no such service here (RFC 2782).
  const present = records.filter(({ name }) => name !== '' && name !== '.')
  return orderSrv(present, random).map(({ name, port }) => ({ protocol, host: name, port }))
}

/** Records by priority, and within one at random by weight (RFC 2782). */
export function orderSrv(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const ordered: SrvRecord[] = []
  const remaining = records.toSorted((one, other) => one.priority - other.priority || one.weight - other.weight)
  while (remaining.length > 0) {
    const priority = remaining[0]?.priority
    const group = remaining.filter((record) => record.priority === priority)
    const chosen = pickByWeight(group, random())
    if (!chosen) break
    ordered.push(chosen)
    remaining.splice(remaining.indexOf(chosen), 1)
  }
  return ordered
}

/** The record at a point between 0 and 1 of the weights laid end to end. */
function pickByWeight(records: readonly SrvRecord[], at: number): SrvRecord | undefined {
  let left = at * records.reduce((total, { weight }) => total + weight, 0)
  for (const record of records) {
    left -= record.weight
    if (left < 0) return record
  }
  return records[0]
}

async function addressesOf(places: readonly Place[], { dns, families = [4, 6] }: ResolveOptions): Promise<readonly Target[]> {
  const targets: Target[] = []
  for (const place of places) {
    if (targets.length >= MAX_TARGETS) break
    const lookups = families.map((family) => orNone(family === 4 ? dns.a(place.host) : dns.aaaa(place.host)))
    const addresses = isIP(place.host) ? [place.host] : (await Promise.all(lookups)).flat()
    targets.push(...addresses.map((host) => ({ ...place, host })))
  }
  return targets.slice(0, MAX_TARGETS)
}

/** A question that fails is as one without an answer: the next step may still find the way. */
async function orNone<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question
  } catch {
    return []
  }
}
