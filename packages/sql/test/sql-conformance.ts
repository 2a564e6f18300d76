import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { columnsSuite } from './conformance-columns.ts'
import { deliverySuite } from './conformance-delivery.ts'
import { entitiesSuite } from './conformance-entities.ts'
import { jobsSuite } from './conformance-jobs.ts'
import { keysSuite } from './conformance-keys.ts'
import { migrationsSuite } from './conformance-migrations.ts'
import { pagesSuite } from './conformance-pages.ts'
import { transactionsSuite } from './conformance-transactions.ts'
import { createTestSystem, type Opened, type OpenSql, type TestSystem } from './test-system.ts'

/** What a database must do for the kernel and its services, whichever it is. */
export function describeSql(name: string, open: OpenSql): void {
  describe(name, () => {
    let opened: Opened
    let system: TestSystem
    beforeAll(async () => {
      opened = await open()
      system = await createTestSystem(opened.engine)
    })
    beforeEach(() => system.clear())
    afterAll(() => opened?.close())

    const get = () => system
    describe('entity tables', () => entitiesSuite(get))
    describe('columns', () => columnsSuite(get))
    describe('keys and tokens', () => keysSuite(get))
    describe('pages', () => pagesSuite(get))
    describe('transactions', () => transactionsSuite(get))
    describe('jobs', () => jobsSuite(get))
    describe('outbox, inbox, operations, membership', () => deliverySuite(get))
    describe('migrations', () => migrationsSuite(open))
  })
}
