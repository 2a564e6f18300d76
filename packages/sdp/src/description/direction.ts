import { attribute } from './attributes.ts'
import type { MediaDescription, Section, SessionDescription } from './session-description.ts'

/** As seen by who writes it (RFC 8866 §6.7). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']

export const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly'
export const receives = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly'

export function directionFrom(willSend: boolean, willReceive: boolean): Direction {
  if (willSend) return willReceive ? 'sendrecv' : 'sendonly'
  return willReceive ? 'recvonly' : 'inactive'
}

/** Of the media description, else of the session, else sendrecv. */
export function directionOf(session: SessionDescription, media: MediaDescription): Direction {
  return ownDirection(media) ?? ownDirection(session) ?? 'sendrecv'
}

function ownDirection(section: Section): Direction | undefined {
  return directions.find((direction) => attribute(section, direction) === '')
}

/** What we do after the peer has said what it does (RFC 3264 §6.1): we send what it receives and we want to send, and the other way. */
export function agreeDirection(own: Direction, peer: Direction): Direction {
  return directionFrom(sends(own) && receives(peer), receives(own) && sends(peer))
}
