import { availableParallelism } from 'node:os'
import type { MediaEngine } from '../media-engine.ts'
import { Engine } from './engine.ts'
import { startThreadWorker } from './thread-worker.ts'

export type MediaEngineOptions = {
  /** Even ports for RTP and the odd ones above for RTCP; both included. Default 10000 to 19999. */
  readonly firstPort?: number
  readonly lastPort?: number
  /** Threads. Default: one less than there are cores, at least one. */
  readonly workers?: number
  /** WAV files of the music on hold, played in this order. Default: a melody of our own. */
  readonly musicFiles?: readonly string[]
  /** Whose ringback legs hear in the background. Default `us`. */
  readonly country?: string
}

const DEFAULT_FIRST_PORT = 10_000
const DEFAULT_LAST_PORT = 19_999
export const PORT_REST_MS = 10_000

/** Starts the workers; legs may be opened at once. */
export function createMediaEngine(options: MediaEngineOptions = {}): MediaEngine {
  const { firstPort = DEFAULT_FIRST_PORT, lastPort = DEFAULT_LAST_PORT, musicFiles = [], country = 'us' } = options
  return new Engine({
    ports: { firstPort, lastPort, restMs: PORT_REST_MS },
    workers: options.workers ?? Math.max(1, availableParallelism() - 1),
    startWorker: startThreadWorker({ musicFiles, country }),
    now: () => performance.now(),
    random: Math.random,
  })
}
