/** Copies logs into their files, in a thread of its own: that waits for the disk. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort } from 'node:worker_threads'
import type { CheckpointAsked, CheckpointDone } from './sqlite-checkpoints.ts'

const open = new Map<string, DatabaseSync>()

/** @returns how many pages the log has */
function copy(file: string): number {
  const db = open.get(file) ?? new DatabaseSync(file)
  open.set(file, db)
  // PASSIVE copies what it can and keeps nobody from writing or reading.
  const { log } = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() as { readonly log: number }
  return log
}

function release(file: string): void {
  open.get(file)?.close()
  open.delete(file)
}

parentPort?.on('message', ({ file, what }: CheckpointAsked) => {
  let [error, pages] = ['', 0]
  try {
    if (what === 'copy') pages = copy(file)
    else release(file)
  } catch (failure) {
    error = String(failure)
  }
  parentPort?.postMessage({ file, error, pages } satisfies CheckpointDone)
})
