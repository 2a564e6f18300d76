import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeSql } from '../test/sql-conformance.ts'
import { openEngine } from './database.ts'

const options = { poolSize: 4, synchronous: 'NORMAL', service: 'sample' } as const

describeSql('SQLite in memory', async () => {
  const engine = await openEngine({ ...options, url: 'sqlite::memory:', dataFolder: '' })
  return { engine, openAnother: undefined, close: () => engine.close() }
})

describeSql('SQLite in a file', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'voipbin-sql-'))
  const engine = await openEngine({ ...options, url: 'sqlite:', dataFolder })
  return {
    engine,
    openAnother: undefined,
    async close() {
      await engine.close()
      await rm(dataFolder, { recursive: true })
    },
  }
})
