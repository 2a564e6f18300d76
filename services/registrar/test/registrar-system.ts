import { agentContract } from '@voipbin/contracts/agent'
import type { Contract } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { registrarContract } from '@voipbin/contracts/registrar'
import type { SipBinding } from '@voipbin/contracts/switch-legs'
import type { Environment } from '@voipbin/service-kit'
import type { Database } from '@voipbin/sql'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { registrarService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'
export const other_id = '99999999-9999-4999-8999-999999999999'
export const realm = `${customer_id}.registrar.voipbin.test`

/** The registrar on a clock and files of its own. */
export type RegistrarSystem = {
  readonly system: System
  readonly clock: FakeClock
  readonly registrar: ReturnType<typeof clientOf>
  readonly database: Database
  close(): Promise<void>
}

const clientOf = (system: System) => system.client(registrarContract)

export async function startRegistrar({
  contracts: more = [],
  ...options
}: {
  readonly sqlUrl?: string
  readonly env?: Environment
  readonly contracts?: readonly Contract[]
} = {}): Promise<RegistrarSystem> {
  const clock = createFakeClock()
  const contracts = [registrarContract, customerContract, agentContract, directContract, ...more]
  const system = await startSystem({ services: [registrarService], contracts, clock, ...options })
  const database = system.platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  return { system, clock, database, registrar: clientOf(system), close: () => system.close() }
}

export const anExtension = (fields: object = {}) => ({ customer_id, extension: '1000', password: 'long enough', ...fields })
export const aTrunk = (fields: object = {}) => ({ customer_id, domain_name: 'acme', ...fields })

export const aBinding = (contact: string, fields: Partial<SipBinding> = {}): SipBinding => ({
  ...{ contact, node_id: 'n1', flow: 'UDP/lan/192.0.2.7/5060', source: 'udp:192.0.2.7:5060', user_agent: 'phone/1' },
  ...{ sip_call_id: contact, cseq: 1, q: 1_000, tm_expire: '2026-01-01T01:00:00.000000Z' },
  ...fields,
})
