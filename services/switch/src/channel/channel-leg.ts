import type { Session } from '../sip/session.ts'

/** What carries out a channel's effects in SIP: a caller's INVITE that we answer, or one of ours. */
export type ChannelLeg = {
  readonly sipCallId: string
  /** The dialog, once there is one. */
  readonly session: Session | undefined
  /** Opens the port and has what is needed to speak of media. @throws what the engine throws when it has no port */
  prepareMedia(affinity: string): Promise<void>
  /** In: whether media can be agreed on before the answer, which an INVITE without offer does not allow. */
  readonly canHaveEarlyMedia: boolean
  respond(status: 180 | 183 | 200): void
  refuse(refusal: { readonly status: number; readonly cause: number; readonly retryAfterS: number | undefined }): void
  cancel(cause: number): void
  bye(cause: number, text: string): void
  /** Says to an answered peer that it is on hold, or no longer. */
  hold(isHolding: boolean): void
  /** Lets go of dialogs and timers. What SIP itself has still to repeat goes on. */
  close(): void
}
