/** Every port of the range is in use or still rests. */
export class PortsExhausted extends Error {
  override readonly name = 'PortsExhausted'
  readonly inUse: number
  constructor(inUse: number) {
    super(`Cannot open a leg: none of the RTP ports is free, ${inUse} are in use`)
    this.inUse = inUse
  }
}

/** The worker that was to do it has died. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost'
  constructor(cause: string) {
    super(`Cannot open a leg: its media worker was lost: ${cause}`)
  }
}
