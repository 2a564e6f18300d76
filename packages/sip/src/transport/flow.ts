/** What carries messages. TLS and WebSocket have their names here; only UDP and TCP have sockets so far. */
export type Protocol = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS'

/** Whether a protocol repeats lost octets itself, so that transactions need not (RFC 3261 §17). */
export const isReliable = (protocol: Protocol): boolean => protocol !== 'UDP'

export type Address = { readonly host: string; readonly port: number }

/**
 * Two sockets that talk: a TCP connection, or the datagrams between two addresses (RFC 5626 §3.1). Phones behind NAT are reached on the
 * flow that they opened and on no other.
 */
export type Flow = {
  readonly protocol: Protocol
  /** Name of the local listener that it belongs to. */
  readonly listener: string
  readonly local: Address
  readonly remote: Address
  /** Number of the TCP connection; 0 for datagrams. A connection that is gone is never another one's number. */
  readonly connection: number
}

/** Where a request goes. `flow` when it must go along that one. */
export type Target = {
  readonly protocol: Protocol
  /** An IP address, without brackets. */
  readonly host: string
  readonly port: number
  /** A local listener by name; the transport chooses by protocol and address family otherwise. */
  readonly listener?: string
  readonly flow?: Flow
  /** Stays with UDP however large the request is: the second attempt after TCP was refused (RFC 3261 §18.1.1). */
  readonly keepProtocol?: true
}

/** Default ports (RFC 3261 §18.1.1, §19.1.2). */
export const defaultPort = (protocol: Protocol): number => (protocol === 'TLS' || protocol === 'WSS' ? 5061 : 5060)

/** An IPv6 address in brackets, as SIP writes it; others as they are. */
export const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)

/** The address inside brackets. */
export const unbracketed = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host)

/** Whether an address means all addresses of its family. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'
export const isLoopback = (host: string): boolean => host === '::1' || host.startsWith('127.')
