import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process has the folder; with SQLite there may be only one. */
export class DataFolderTaken extends Error {
  constructor(folder: string, options?: { cause?: unknown }) {
    super(`Cannot start: another voipbin uses the data folder "${folder}". Stop it, or set VOIPBIN_DATA_DIR`, options)
    this.name = 'DataFolderTaken'
  }
}

/** Holds the folder until the process ends, also by kill -9: the operating system gives the lock back. @throws DataFolderTaken */
export function lockDataFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true })
  const db = new DatabaseSync(join(folder, 'lock.db'))
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new DataFolderTaken(folder, { cause: error })
  }
  return { release: () => db.close() }
}
