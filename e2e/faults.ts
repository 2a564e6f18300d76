/**
 * What the suite tells a process over its IPC channel, and what it answers. A fault is the process's own `kill -9` at an exact point;
 * it strikes once, and a restarted process knows nothing of it.
 */
export type Fault =
  /** Events of this type, committed: `before` they reach the bus, or `after` it confirmed them and before the outbox forgets them. */
  | { readonly at: 'publish'; readonly when: 'before' | 'after'; readonly type: string }
  /** A request to that method: `before` it is sent, or `after` its reply came and before the caller could note it. */
  | { readonly at: 'request'; readonly when: 'before' | 'after'; readonly method: string }

export type Order =
  | { readonly arm: Fault | null }
  /** Everything that may come twice does: events published and handed over, requests with an operation id. */
  | { readonly duplicate: boolean }
  /** Nothing reaches those who watch, as when a queue that lives with its connection was lost with it. */
  | { readonly deafen: boolean }

/** The order has been taken. */
export type Taken = { readonly taken: true }
