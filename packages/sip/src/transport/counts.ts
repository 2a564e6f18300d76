/** What a transport counts and goes on. */
export type TransportCounts = {
  received: number
  sent: number
  /** Datagrams for which there was no room while too many waited. */
  overflowed: number
  keepAlives: number
  malformed: number
  malformedAnswered: number
  /** A datagram or connection that could not be written. */
  sendErrors: number
  /** Errors that sockets report by themselves. */
  socketErrors: number
  connectionsRefused: number
  connectionsBroken: number
}

export const zeroCounts = (): TransportCounts => ({
  ...{ received: 0, sent: 0, overflowed: 0, keepAlives: 0, malformed: 0, malformedAnswered: 0, sendErrors: 0, socketErrors: 0 },
  ...{ connectionsRefused: 0, connectionsBroken: 0 },
})
