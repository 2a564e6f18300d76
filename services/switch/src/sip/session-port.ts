import type { Dialog, DigestClient, NameAddr, SipRequest, SipResponse } from '@voipbin/sip'
import type { Observation } from '../channel/channel-state.ts'
import type { MediaSession } from '../media/media-session.ts'
import type { Answered } from './acknowledged-answer.ts'
import type { Reach } from './reach.ts'
import type { Peer, SipParts } from './sip-parts.ts'

/** What a session tells the channel that it belongs to. */
export type SessionOwner = {
  observe(input: Observation): void
  infoDigit(digit: string, durationMs: number): void
}

export type SessionOptions = {
  readonly parts: SipParts
  readonly dialog: Dialog
  readonly peer: Peer
  readonly contact: NameAddr
  readonly media: MediaSession
  readonly owner: SessionOwner
  readonly digest?: DigestClient | undefined
  /** Of a peer that a customer named: where its Contact and its routes may lead. */
  readonly mayReach?: Reach | undefined
}

export type RequestOptions = {
  readonly body?: Uint8Array
  readonly contentType?: string
  readonly prepare?: (request: SipRequest) => void
}
/** Gets the final response; nothing where none came. */
export type ResponseListener = (response: SipResponse | undefined, request: SipRequest) => void

/** A session, as its parts see it. */
export type SessionPort = {
  readonly options: SessionOptions
  dialog: Dialog
  readonly peer: Peer
  readonly isOver: boolean
  readonly pendingInvites: { readonly ours: boolean; readonly theirs: boolean }
  readonly requests: {
    send(method: string, options: RequestOptions, done: ResponseListener): void
    acknowledge(invite: SipRequest, body?: Uint8Array): void
  }
  refresh(method: string, message: SipRequest | SipResponse): void
  repeatUntilAck(answered: Answered): void
  waitOutGlare(): void
}
