/** One line after `v=`, `o=`, `s=` or `m=`, kept as it came: `{ type: 'a', value: 'ptime:20' }`. */
export type SdpLine = { readonly type: string; readonly value: string }

/** `o=<username> <sess-id> <sess-version> IN <addrtype> <address>` (RFC 8866 §5.2). Id and version may have 64 bits, so they are text. */
export type Origin = {
  readonly username: string
  readonly sessionId: string
  readonly sessionVersion: string
  readonly addressType: string
  readonly address: string
}

/** A part of a description that carries lines: the session, or one media description. */
export type Section = { readonly lines: readonly SdpLine[] }

/** `m=<kind> <port>[/<portCount>] <protocol> <formats>` and the lines below it, in their order (RFC 8866 §5.14). */
export type MediaDescription = Section & {
  readonly kind: string
  /** 0 rejects, disables or removes the stream (RFC 3264 §6, §8.2). */
  readonly port: number
  readonly portCount: number
  readonly protocol: string
  readonly formats: readonly string[]
}

/** A description as a value (RFC 8866 §5). `lines` are those of the session level but `v=`, `o=` and `s=`, unknown ones included. */
export type SessionDescription = Section & {
  readonly kind: 'session'
  readonly origin: Origin
  readonly name: string
  readonly media: readonly MediaDescription[]
}

/** What the parser found wrong first, and in which line, counted from 1. */
export type MalformedSdp = { readonly kind: 'malformed'; readonly line: number; readonly reason: SdpFault }

export type SdpFault =
  | 'too long'
  | 'too many lines'
  | 'line too long'
  | 'no type=value'
  | 'control character'
  | 'no v=0'
  | 'bad o='
  | 'second o='
  | 'missing o='
  | 'bad c='
  | 'bad m='
  | 'too many m='
