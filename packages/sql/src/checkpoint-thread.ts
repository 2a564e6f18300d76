/** Copies logs into their files, in a thread of its own: that waits for the disk. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort } from 'node:worker_threads'
import type { CheckpointAsked, CheckpointDone } from './sqlite-checkpoints.ts'

const open = new Map<string, DatabaseSync>()

function copy(file: string): void {
  const db = open.get(file) ?? new DatabaseSync(file)
  open.set(file, db)
  // PASSIVE copies what it can and keeps nobody from writing or reading.
  db.exec('PRAGMA wal_checkpoint(PASSIVE)')
}

function release(file: string): void {
  open.get(file)?.close()
  open.delete(file)
}

parentPort?.on('message', ({ file, what }: CheckpointAsked) => {
  let error = ''
  try {
    if (what === 'copy') copy(file)
    else release(file)
  } catch (failure) {
    error = String(failure)
  }
  parentPort?.postMessage({ file, error } satisfies CheckpointDone)
})
