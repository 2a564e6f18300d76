const [INVITE, ACK] = [Buffer.from('INVITE '), Buffer.from('ACK ')]

const beginsWith = (octets: Buffer, start: Buffer): boolean =>
  octets.length >= start.length && octets.compare(start, 0, start.length, 0, start.length) === 0

/** Whether a message that has not been parsed is such a request. */
export const isInvite = (octets: Buffer): boolean => beginsWith(octets, INVITE)
export const isAck = (octets: Buffer): boolean => beginsWith(octets, ACK)
