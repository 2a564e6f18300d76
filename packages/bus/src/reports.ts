/**
 * Why a message was let go: not a valid envelope; a request whose deadline had passed; a reply that nobody waits for
 * any more; a reply whose channel was gone (the broker gives the request to another instance).
 */
export type Dropped = 'invalid_request' | 'late_request' | 'invalid_reply' | 'unclaimed_reply' | 'lost_reply' | 'invalid_event'

/** Where a bus says what none of its callers sees. Each may be left out. */
export type BusReports = {
  /** A change of state, in words: connected, lost, blocked. */
  readonly log?: ((message: string, fields: Readonly<Record<string, unknown>>) => void) | undefined
  /** A listener of `watch` threw, a request handler rejected, the broker closed a channel. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** For a counter: one message was dropped. */
  readonly onDropped?: ((why: Dropped, queue: string) => void) | undefined
}
