import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customerContract } from '@voipbin/contracts/customer'
import { createFakeClock, type FakeClock, finishJobs, readMails, type System, startSystem } from '@voipbin/test-kit'
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
      JSON.stringify(await system.platform.services[0]?.database?.engine.reader.all(`select * from customer_${table}`, [])),
    async close() {
      await system.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
