import { type Customer, customerContract } from '@voipbin/contracts/customer'
import { type Flow, flowContract } from '@voipbin/contracts/flow'
import { numberContract } from '@voipbin/contracts/number'
import {
  aCustomer,
  createFakeClock,
  type FakeClock,
  fakeService,
  finishJobs,
  publishEvent,
  recordEvents,
  startSystem,
} from '@voipbin/test-kit'
import { numberService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'
export const other_id = '22222222-2222-4222-8222-222222222222'
export const flow_id = '33333333-3333-4333-8333-333333333333'
export const VIRTUAL = '+899100000001'

/** The number service on a fake clock; the customers are faked, and are who they say once `state.verification` says so. */
export async function startNumbers(options: { sqlUrl?: string; env?: Record<string, string> } = {}) {
  const clock: FakeClock = createFakeClock()
  const system = await startSystem({
    ...{ services: [numberService], contracts: [numberContract, customerContract, flowContract], clock },
    ...options,
  })
  const state = { verification: 'verified' as Customer['identity_verification_status'] }
  const customers = await fakeService(system.bus, customerContract, {
    getCustomer: ({ id }: { id: string }) => aCustomer({ id, identity_verification_status: state.verification }),
  })
  const log = await recordEvents(system.bus, [numberContract])
  const database = system.platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  return {
    ...{ system, clock, state, database, client: system.client(numberContract) },
    settle: () => finishJobs(system, clock),
    told: () => log.events.map(({ type, data }) => [type, (data as { number: string }).number]),
    deleteFlow: (id: string) => publishEvent(system.bus, flowContract, 'flow_deleted', { id, customer_id } as Flow),
    deleteCustomer: (id: string) => publishEvent(system.bus, customerContract, 'customer_deleted', aCustomer({ id })),
    async close() {
      await clock.settle()
      await Promise.all([log.close(), customers.close()])
      await system.close()
    },
  }
}
export type Numbers = Awaited<ReturnType<typeof startNumbers>>
