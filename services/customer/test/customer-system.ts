import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customerContract } from '@voipbin/contracts/customer'
import { createFakeClock, type FakeClock, readMails, type System, startSystem } from '@voipbin/test-kit'
import { customerService } from '../src/index.ts'

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** The customer service on files of its own, so that it can be stopped and started again later. */
export type CustomerSystem = {
  readonly system: System
  readonly clock: FakeClock
  readonly dataDir: string
  readonly customer: ReturnType<typeof clientOf>
  authenticate(token: string): Promise<{ customer_id: string; customer_status: string }>
  mails(): ReturnType<typeof readMails>
  /** Stops, lets time pass, starts again. */
  later(ms: number): Promise<CustomerSystem>
  rows(table: string): Promise<string>
  close(): Promise<void>
}

const clientOf = (system: System) => system.client(customerContract)

export async function startCustomers(
  sqlUrl = 'sqlite:',
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-customer-')),
  clock = createFakeClock(),
): Promise<CustomerSystem> {
  const system = await startSystem({ services: [customerService], clock, dataDir, sqlUrl })
  const customer = clientOf(system)
  return {
    ...{ system, clock, dataDir, customer },
    authenticate: (token) => customer.authenticateAccesskey({ token_hash: hashOf(token) }),
    async mails() {
      await finishJobs(system, clock)
      return readMails(dataDir)
    },
    async later(ms) {
      await finishJobs(system, clock)
      await system.close()
      return startCustomers(sqlUrl, dataDir, createFakeClock(clock.now() + ms))
    },
    rows: async (table) =>
      JSON.stringify(await system.platform.services[0]?.database.engine.reader.all(`select * from customer_${table}`, [])),
    async close() {
      await system.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Until no job is due or under way: those that write files take time that no fake clock holds. */
async function finishJobs({ platform }: System, clock: FakeClock): Promise<void> {
  const database = platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  const { jobs, engine } = database
  do {
    await new Promise((resolve) => setTimeout(resolve, 2))
    await clock.advance(1100)
  } while ((await jobs.counts(engine.reader)).running > 0 || (await jobs.due(engine.reader, clock.time(), 1)).length > 0)
}
