import type { MediaDescription, Section, SessionDescription } from './session-description.ts'

/** Writes a description with its lines in their order (RFC 8866 §5). */
export function serialiseSdp(session: SessionDescription): string {
  const { username, sessionId, sessionVersion, addressType, address } = session.origin
  const head = `v=0\r\no=${username} ${sessionId} ${sessionVersion} IN ${addressType} ${address}\r\ns=${session.name}\r\n`
  return head + formatLines(session) + session.media.map((media) => formatMedia(media) + formatLines(media)).join('')
}

function formatMedia({ kind, port, portCount, protocol, formats }: MediaDescription): string {
  return `m=${kind} ${port}${portCount === 1 ? '' : `/${portCount}`} ${protocol} ${formats.join(' ')}\r\n`
}

const formatLines = ({ lines }: Section): string => lines.map(({ type, value }) => `${type}=${value}\r\n`).join('')
