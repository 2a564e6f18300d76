import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { NoMusic } from '../errors.ts'
import type { MediaEngine } from '../media-engine.ts'
import { Engine } from './engine.ts'
import { startThreadWorker } from './thread-worker.ts'

export type MediaEngineOptions = {
  /** Even ports for RTP and the odd ones above for RTCP; both included. Default 10000 to 19999. */
  readonly firstPort?: number
  readonly lastPort?: number
  /** Threads. Default: one less than there are cores, at least one. */
  readonly workers?: number
  /** The WAV files in it are the music on hold, in the order of their names. Default: a melody of our own. */
  readonly musicFolder?: string
  /** Whose ringback legs hear in the background. Default `us`. */
  readonly country?: string
}

const DEFAULT_FIRST_PORT = 10_000
const DEFAULT_LAST_PORT = 19_999
export const PORT_REST_MS = 10_000

/** Starts the workers; legs may be opened at once. @throws NoMusic, or what the system says, of the music folder */
export function createMediaEngine(options: MediaEngineOptions = {}): MediaEngine {
  const { firstPort = DEFAULT_FIRST_PORT, lastPort = DEFAULT_LAST_PORT, musicFolder, country = 'us' } = options
  return new Engine({
    ports: { firstPort, lastPort, restMs: PORT_REST_MS },
    workers: options.workers ?? Math.max(1, availableParallelism() - 1),
    startWorker: startThreadWorker({ musicFiles: musicFolder === undefined ? [] : musicIn(musicFolder), country }),
    now: () => performance.now(),
    random: Math.random,
  })
}

/** @throws NoMusic where there is none */
function musicIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.toLowerCase().endsWith('.wav'))
  if (files.length === 0) throw new NoMusic(folder)
  return files.sort().map((name) => join(folder, name))
}
