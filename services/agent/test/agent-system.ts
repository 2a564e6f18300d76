import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor } from '@voipbin/contracts/actor'
import { type Agent, agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { permissions } from '@voipbin/contracts/permission'
import { runInContext, systemContext } from '@voipbin/service-kit'
import type { Database } from '@voipbin/sql'
import { createFakeClock, type FakeClock, finishJobs, readMails, type System, startSystem } from '@voipbin/test-kit'
import { agentService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'

/** The agent service on a clock and files of its own. */
export type AgentSystem = {
  readonly system: System
  readonly clock: FakeClock
  readonly agent: ReturnType<typeof clientOf>
  readonly database: Database
  mails(): ReturnType<typeof readMails>
  rows(table: string): Promise<string>
  close(): Promise<void>
}

const clientOf = (system: System) => system.client(agentContract)

export async function startAgents(sqlUrl = 'sqlite::memory:'): Promise<AgentSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-agent-'))
  const clock = createFakeClock()
  const contracts = [agentContract, customerContract]
  const system = await startSystem({ services: [agentService], contracts, clock, dataDir, sqlUrl })
  const database = system.platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  return {
    ...{ system, clock, database, agent: clientOf(system) },
    async mails() {
      await finishJobs(system, clock)
      return readMails(dataDir)
    },
    rows: async (table) => JSON.stringify(await database.engine.reader.all(`select * from agent_${table}`, [])),
    async close() {
      await system.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Does `work` as somebody, as the gateway would. */
export function as<T>(actor: Actor, work: () => Promise<T>): Promise<T> {
  const context = systemContext({ requestId: 'req_test', operationId: crypto.randomUUID() })
  return runInContext({ ...context, actor }, work)
}

export const superAdmin: Actor = { kind: 'agent', id: crypto.randomUUID(), customer_id, permission: permissions.all }
export const admin: Actor = { kind: 'agent', id: crypto.randomUUID(), customer_id, permission: permissions.customerAdmin }
export const manager: Actor = { kind: 'agent', id: crypto.randomUUID(), customer_id, permission: permissions.customerManager }
export const accesskey: Actor = { kind: 'accesskey', id: crypto.randomUUID(), customer_id, permission: permissions.customerAdmin }
export const itself = ({ id, permission }: Agent): Actor => ({ kind: 'agent', id, customer_id, permission })

let count = 0
/** Input for an agent of its own name. */
export const someAgent = (fields: Partial<Parameters<ReturnType<typeof clientOf>['createAgent']>[0]> = {}) => ({
  ...{ customer_id, username: `agent${++count}@example.com`, password: 'long enough', permission: permissions.customerAgent as number },
  ...fields,
})
