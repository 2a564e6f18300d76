import { callContract } from '@voipbin/contracts/call'
import { customerContract, fixedCustomers } from '@voipbin/contracts/customer'
import { type Provider, routeContract } from '@voipbin/contracts/route'
import { switchContract } from '@voipbin/contracts/switch'
import { createFakeClock, type FakeClock, finishJobs, recordEvents, startSystem } from '@voipbin/test-kit'
import { routeService } from '../src/index.ts'

export const customer_id = '11111111-1111-4111-8111-111111111111'
export const everybody = fixedCustomers.basicRoute

/** The route service on a fake clock. */
export async function startRoutes(options: { sqlUrl?: string; env?: Record<string, string> } = {}) {
  const clock: FakeClock = createFakeClock()
  const system = await startSystem({
    services: [routeService],
    contracts: [routeContract, callContract, customerContract, switchContract],
    clock,
    ...options,
  })
  const client = system.client(routeContract)
  const log = await recordEvents(system.bus, [routeContract])
  const database = system.platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  return {
    ...{ system, clock, client, database },
    provider: (name: string, more: object = {}): Promise<Provider> =>
      client.createProvider({ type: 'sip', name, hostname: `${name}.example.com`, ...more }),
    route: ({ id }: Provider, target: string, priority = 0, of = customer_id) =>
      client.createRoute({ customer_id: of, provider_id: id, target, priority }),
    /** Hosts that a call to this number goes over, in order. */
    async ways(number: string, more: object = {}): Promise<string[]> {
      const { dialroutes } = await client.listDialroutes({ customer_id, number, ...more })
      return dialroutes.map(({ destination }) => /@([^.;]+)/.exec(destination)?.[1] ?? '')
    },
    told: () => log.events.map(({ type }) => type),
    settle: () => finishJobs(system, clock),
    async close() {
      await clock.settle()
      await log.close()
      await system.close()
    },
  }
}
export type Routes = Awaited<ReturnType<typeof startRoutes>>
