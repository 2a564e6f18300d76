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

/** A leg of this id is open, or opens. */
export class LegIsOpen extends Error {
  override readonly name = 'LegIsOpen'
  readonly id: string
  constructor(id: string) {
    super(`Cannot open leg "${id}": it is open`)
    this.id = id
  }
}

/** Every worker is gone. */
export class NoWorkers extends Error {
  override readonly name = 'NoWorkers'
  constructor() {
    super('Cannot place media: there are no workers')
  }
}

/** A worker could not do what it was asked, but lives. */
export class WorkerCommandFailed extends Error {
  override readonly name = 'WorkerCommandFailed'
  /** Of the system, as `EADDRINUSE`. */
  readonly code: string | undefined
  constructor(message: string, code: string | undefined) {
    super(message)
    this.code = code
  }
}

/** A folder of music without any. */
export class NoMusic extends RangeError {
  override readonly name = 'NoMusic'
  readonly folder: string
  constructor(folder: string) {
    super(`Cannot play music on hold from "${folder}": there is no WAV file in it`)
    this.folder = folder
  }
}

/** What is said comes faster than the disk takes it. */
export class DiskTooSlow extends Error {
  override readonly name = 'DiskTooSlow'
  readonly path: string
  constructor(path: string) {
    super(`Cannot record to "${path}": the disk does not keep up`)
    this.path = path
  }
}
