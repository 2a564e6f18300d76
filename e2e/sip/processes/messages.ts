import type { SwitchEvent } from '@voipbin/switch/testing'

/** What a process of the failure scenes tells its test. */
export type Told =
  | { readonly kind: 'ready'; readonly sip: string; readonly epoch: string }
  | { readonly kind: 'event'; readonly event: SwitchEvent }
  /** The stand-in for `call` gave a channel up, and why. */
  | { readonly kind: 'closed'; readonly channel: string; readonly why: 'a new epoch' | 'lost' | 'ended' }
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly message: string }

/** What a test asks of a process. */
export type Asked =
  | { readonly do: 'killWorker' }
  /** Whatever the event loop does comes this late from now on. */
  | { readonly do: 'beLate'; readonly ms: number }
  /** A command of the switch contract, with the epoch given; `listChannels` has none. */
  | { readonly do: 'command'; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
