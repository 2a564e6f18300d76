import { requireServer } from '@voipbin/test-kit'
import { describe } from 'vitest'
import { createMysqlDatabase } from '../test/mysql-database.ts'
import { describeSql } from '../test/sql-conformance.ts'

const server = requireServer('sql')
const url = server ?? ''

describe.skipIf(server === undefined)('with a server', () => {
  describeSql('MySQL', () => createMysqlDatabase(url))
})
