import type { Target } from '../transport/flow.ts'
import type { ReplyPath } from '../transport/via-stamps.ts'

/** How a request will leave: decided before its transaction exists, because the Via and the timers depend on it. */
export type Route = {
  /** The target, its protocol changed where the request is too large for UDP (RFC 3261 §18.1.1). */
  readonly target: Target
  /** sent-by of the Via: the address that answers come back to. */
  readonly sentBy: { readonly host: string; readonly port: number }
}

/** What transactions need of a transport. Sending never throws; what fails later is told through `failed`. */
export type TransportPort = {
  /** The route to a target for a request of so many octets; undefined when no listener fits. */
  route(target: Target, octets: number): Route | undefined
  sendRequest(octets: Buffer, target: Target, failed: () => void): void
  /** Sends a response where its request says (`replyPath`). */
  sendResponse(octets: Buffer, path: ReplyPath, failed: () => void): void
}

/** Calls back once after a time; the result cancels. */
export type Scheduler = { after(ms: number, callback: () => void): () => void }
