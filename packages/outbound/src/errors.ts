/** Where a request ended without an answer. */
export type FailurePhase = 'resolve' | 'dial' | 'headers'

/**
 * The guard let nothing through: the URL, or where it leads to, is not for strangers to choose. It names no address,
 * because whoever chose the URL reads it, and would learn what names mean inside.
 */
export class OutboundRefused extends Error {
  /** URL_INVALID, SCHEME_REFUSED, CREDENTIALS_REFUSED, PORT_REFUSED, ADDRESS_REFUSED, DOWNGRADE_REFUSED, TOO_MANY_REDIRECTS or MESSAGE_INVALID. */
  readonly rule: string
  constructor(rule: string, message: string) {
    super(message)
    this.name = 'OutboundRefused'
    this.rule = rule
  }
}

/** No answer came. Whether the other side has acted is not known, unless `phase` is resolve or dial. */
export class OutboundFailed extends Error {
  readonly phase: FailurePhase
  /** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, …; `TIMEOUT` when it was us who stopped waiting, `ABORTED` when the caller did. */
  readonly code: string
  constructor(phase: FailurePhase, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'OutboundFailed'
    this.phase = phase
    this.code = code
  }
}
