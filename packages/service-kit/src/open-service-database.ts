import { type Database, type DatabaseOptions, openDatabase, openEngine } from '@voipbin/sql'
import type { AnyTableService } from './define-service.ts'
import type { Surroundings } from './surroundings.ts'

/** A service's own database, its tables up to date. @throws what keeps it from that; nothing stays open */
export async function openServiceDatabase(
  service: AnyTableService,
  shared: Surroundings,
  work: Pick<DatabaseOptions, 'onCommit' | 'hands'>,
): Promise<Database> {
  const name = service.contract.service
  const { url, poolSize, synchronous, checkpoints, commitGapMs } = shared.sql
  const engine = await openEngine({
    ...{ url, poolSize, service: name, dataFolder: shared.dataDir, checkpoints, commitGapMs },
    synchronous: synchronous === 'AUTO' ? service.synchronous : synchronous,
  })
  const source = { now: shared.clock.time, newId: shared.newId }
  const database = openDatabase(engine, { service: name, source, migrations: service.migrations, ...work })
  try {
    await database.migrate()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
