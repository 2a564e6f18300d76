import type { MediaFiles } from '../files/media-files.ts'
import type { MediaEvent } from '../media-event.ts'
import type { MediaSockets } from '../network/sockets.ts'
import type { MediaClock } from '../tick/clock.ts'

/** The world as one worker sees it. */
export type CoreOptions = {
  readonly clock: MediaClock
  readonly sockets: MediaSockets
  readonly files: MediaFiles
  /** From 0 to below 1. */
  readonly random: () => number
  readonly emit: (event: MediaEvent) => void
  /** Called in every turn: whoever watches a worker sees that it goes on, however much there is to do. */
  readonly beat?: () => void
  readonly settings: CoreSettings
}

export type CoreSettings = {
  /** WAV files that music on hold goes through; none: a melody of our own. */
  readonly musicFiles: readonly string[]
  /** Country of the ringback that legs hear in the background, as `us`. */
  readonly country: string
}
