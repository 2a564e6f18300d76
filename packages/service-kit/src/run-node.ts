import type { Closable, RequestHandler } from '@voipbin/bus'
import { createCaller, nodeAddress } from './client.ts'
import type { AnyNode } from './define-node.ts'
import type { Listening } from './define-service.ts'
import { makeKit } from './make-kit.ts'
import { createEventPublisher } from './publish-events.ts'
import { openWatches, type RunningService } from './run-service.ts'
import { compileNodeMethods, createRequestHandler } from './serve-methods.ts'
import type { Settings, SettingValues } from './settings.ts'
import type { Surroundings } from './surroundings.ts'

/** A node has its own overload rules: what is asked of it is never waiting for tables. */
const CONCURRENCY = 4096

/** One node of this process, by the same steps of life as other services. */
export async function openNode(node: AnyNode, shared: Surroundings): Promise<RunningService> {
  const { bus, clock, metrics, newId } = shared
  const name = node.contract.service
  const epoch = newId()
  const log = shared.log.child({ service: `bin-${name}-manager`, instance: epoch })
  const caller = createCaller({ bus, clock, newId, publisher: name, metrics })
  const events = createEventPublisher({ contract: node.contract, bus, clock, newId, log, metrics })
  const kit = makeKit(node, shared, { log, caller })
  const identity = { id: node.nodeId(kit.config as SettingValues<Settings>), epoch }
  const parts = await node.start({
    ...{ ...kit, node: identity },
    publish: (type, event) => events.publish(type, event),
    published: () => events.published(),
  })
  const hearing: Closable[] = []
  let serving: Closable | undefined
  let server: Listening | undefined

  return {
    ...{ name, caller, database: undefined, ping: undefined, listeners: [] },
    async serve() {
      const handler: RequestHandler = createRequestHandler({
        contract: node.contract,
        methods: compileNodeMethods(node.contract, parts.methods),
        clock,
        log,
        metrics,
      })
      serving = await bus.serve(nodeAddress(name, identity.id), handler, { concurrency: CONCURRENCY, commands: 'all' })
    },
    async work() {
      hearing.push(...(await openWatches(parts.watches ?? [], shared)))
    },
    async listen() {
      server = await parts.listen?.()
      return server?.description
    },
    async stopListening() {
      await parts.drain?.()
      await server?.close()
    },
    stopJobs: async () => undefined,
    stopServing: async () => serving?.close(),
    flush: () => events.flush(),
    async close() {
      await Promise.all(hearing.map((heard) => heard.close()))
      await events.close()
    },
  }
}
