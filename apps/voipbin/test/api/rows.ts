import { callContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { routeContract } from '@voipbin/contracts/route'
import { storageContract } from '@voipbin/contracts/storage'
import { switchContract } from '@voipbin/contracts/switch'
import { nodeAddress } from '@voipbin/service-kit'
import { fakeService, publishEvent, type System } from '@voipbin/test-kit'
import { bodySchemaOf, describedAs } from './document.ts'
import type { Generator } from './generate.ts'
import { fill, type Operation } from './operations.ts'
import type { RunningPlatform } from './running-platform.ts'
import { insist, makeMember, type Tenant } from './tenants.ts'

export type Ids = Readonly<Record<string, string>>
/** Makes what path parameters and references name, through the API. */
export type Rows = {
  /** Something of the tenant's for every path parameter. */
  idsFor(operation: Operation, tenant: Tenant): Promise<Ids>
  /** Something that was deleted, for every path parameter whose entity can be. */
  deletedIdsFor(operation: Operation, tenant: Tenant): Promise<Ids>
  /** Fields of its body that cannot be made up. */
  fieldsFor(operation: Operation, tenant: Tenant): Promise<object>
  /** @throws TypeError where nobody knows how */
  make(entity: string, tenant: Tenant): Promise<string>
}
type Parts = {
  readonly platform: RunningPlatform
  readonly operations: readonly Operation[]
  readonly generator: Generator
  readonly superAdmin: string
}

/** What comes about by itself and not by a POST of its collection. */
const byEntity: Readonly<Record<string, (platform: RunningPlatform, tenant: Tenant) => Promise<string>>> = {
  async webhook_delivery(platform, { id, delegate }) {
    await makeMember(platform, delegate, `${crypto.randomUUID()}@${id}.example.com`, 0)
    await platform.settle()
    const { result } = await insist<{ result: { id: string }[] }>(platform, 'GET', '/v1.0/webhook_deliveries', { bearer: delegate })
    return result[0]?.id ?? ''
  },
  /** An agent's own is what it has among its addresses. */
  async '/v1.0/service_agents/extensions'(platform, { admin, delegate }) {
    const json = { extension: `x${crypto.randomUUID().slice(0, 8)}` }
    const { id } = await insist<{ id: string }>(platform, 'POST', '/v1.0/extensions', { bearer: delegate, json })
    const addresses = [{ type: 'extension', target: id }]
    await insist(platform, 'PUT', `/v1.0/agents/${admin.id}/addresses`, { bearer: delegate, json: { addresses } })
    return id
  },
  async '/v1.0/routes'({ system }, { id: customer_id }) {
    const routes = system.client(routeContract)
    const { id: provider_id } = await routes.createProvider({ type: 'sip', name: '', hostname: '127.0.0.1:9' })
    return (await routes.createRoute({ customer_id, provider_id, target: 'all', priority: 0 })).id
  },
  /** Over a provider that is gone when it is dialled: so it has ended by the time that somebody looks. */
  async '/v1.0/providercalls'({ system, settle }, { id: customer_id }) {
    const routes = system.client(routeContract)
    await system.client(customerContract).updateIdentityVerification({ id: customer_id, identity_verification_status: 'verified' })
    await system.client(callContract).updateOwnOutboundConfig({ customer_id, destination_whitelist: ['KR'] })
    const { id: provider_id } = await routes.createProvider({ type: 'sip', name: '', hostname: '127.0.0.1:9' })
    const parties = { source: { type: 'tel', target: '+821012345678' }, destinations: [{ type: 'tel', target: '+821012345679' }] } as const
    const { id } = await routes.createProvidercall({ customer_id, provider_id, ...parties, destinations: [...parties.destinations] })
    await routes.deleteProvider({ id: provider_id })
    await settle()
    return id
  },
  recording: makeRecording,
  /** In a call of its own, because there is one in each. */
  async speaking(platform, tenant) {
    const json = await spokenIn(platform, tenant)
    return (await insist<{ id: string }>(platform, 'POST', '/v1.0/speakings', { bearer: tenant.delegate, json })).id
  },
  /** An upload, of an agent's own. */
  async storage_file({ system }, { id: customer_id, admin }) {
    const file = { blob_id: crypto.randomUUID(), filename: 'a.txt', content_type: 'text/plain', size: 1 }
    return (await system.client(storageContract).createAgentFile({ customer_id, owner_id: admin.id, type: 'talk', file })).id
  },
  /** One a customer, made with it. */
  storage_account: accountOf,
  '/v1.0/storage_accounts': accountOf,
  /** Nobody is registered: it has ended by the time that somebody looks. */
  async groupcall(platform, { delegate }) {
    const json = { destinations: [{ type: 'extension', target: 'nobody' }] }
    return (await insist<{ id: string }>(platform, 'POST', '/v1.0/groupcalls', { bearer: delegate, json })).id
  },
  /** What was told of a call. */
  '/v1.0/timelines': async () => 'calls',
  '/v1.0/timelines/:resource_type': async (platform, tenant) => (await byEntity['call']?.(platform, tenant)) ?? '',
  /** Answered, placed in the name of an agent. */
  async call({ system, settle }, { id: customer_id, admin }) {
    const beat = await switchOf(system)
    await beat()
    const parties = {
      source: { type: 'agent' as const, target: admin.id },
      destinations: [{ type: 'sip' as const, target: 'bob@example.com' }],
    }
    const wanted = { customer_id, actions: [{ type: 'answer' as const, option: {} }], ...parties }
    const [{ id: channel_id } = { id: '' }] = (await system.client(callContract).createCalls(wanted)).calls
    await settle()
    const told = { node_id: NODE, epoch: EPOCH, customer_id, subject_id: channel_id, channel_id, seq: 1, codec: 'PCMU' }
    await publishEvent(system.bus, switchContract, 'channel.answered', told)
    await beat()
    return channel_id
  },
}

const spokenIn = async (platform: RunningPlatform, tenant: Tenant) => ({
  reference_type: 'call',
  reference_id: await byEntity['call']?.(platform, tenant),
})

/** Fields of a body that name something of the tenant's, where another field says what, so that no mark can. */
const fieldsByOperation: Readonly<Record<string, (platform: RunningPlatform, tenant: Tenant) => Promise<object>>> = {
  'POST /v1.0/speakings': spokenIn,
}

async function makeRecording(platform: RunningPlatform, tenant: Tenant): Promise<string> {
  const call = await byEntity['call']?.(platform, tenant)
  const json = { format: 'wav', end_of_silence: 0, end_of_key: '', duration: 0, on_end_flow_id: '' }
  const url = `/v1.0/calls/${call}/recording_start`
  return (await insist<{ recording_id: string }>(platform, 'POST', url, { bearer: tenant.delegate, json })).recording_id
}

async function accountOf({ system }: RunningPlatform, { id: customer_id }: Tenant): Promise<string> {
  const storage = system.client(storageContract)
  const account = storage.getOwnStorageAccount({ customer_id }).catch(() => storage.createStorageAccount({ customer_id }))
  return (await account).id
}

const NODE = 'a-node-of-the-tests'
const EPOCH = '77777777-7777-4777-8777-777777777777'
const switches = new WeakMap<System, Promise<unknown>>()

/** A switch node that does all that it is told. @returns its heartbeat */
async function switchOf(system: System): Promise<() => Promise<unknown>> {
  const answers = Object.keys(switchContract.methods).map((method) => [method, () => ({ result: 'ok' })])
  const serving =
    switches.get(system) ??
    fakeService(system.bus, { ...switchContract, service: nodeAddress('switch', NODE) }, Object.fromEntries(answers))
  switches.set(system, serving)
  await serving
  const up = { node_id: NODE, epoch: EPOCH, channels: 0, capacity: 1_000_000, capabilities: [] }
  return () => publishEvent(system.bus, switchContract, 'node.up', up)
}

const collectionOf = ({ url }: Operation, parameter: string) => url.slice(0, url.indexOf(`/:${parameter}`))

/** What a path parameter names: the entity that the contract says, else what its collection is called. */
function entityOf(operation: Operation, parameter: string): string {
  const owner = operation.entry.owned?.[parameter]
  if (typeof owner === 'string') return owner
  return owner ? (owner.entity ?? parameter.replace(/_id$/, '')) : collectionOf(operation, parameter)
}

export function createRows({ platform, operations, generator, superAdmin }: Parts): Rows {
  const naming = (entity: string) =>
    operations.flatMap((operation) =>
      operation.parameters.filter((name) => entityOf(operation, name) === entity).map((name) => ({ operation, name })),
    )

  async function make(entity: string, tenant: Tenant): Promise<string> {
    const byItself = byEntity[entity]
    if (byItself) return byItself(platform, tenant)
    const collections = naming(entity).map(({ operation, name }) => collectionOf(operation, name))
    const creator = operations.find(({ verb, url, parameters }) => verb === 'POST' && parameters.length === 0 && collections.includes(url))
    if (!creator) throw new TypeError(`No operation makes "${entity}": say how it comes about in rows.ts`)
    const described = describedAs(platform.document, creator.name)
    const schema = described && bodySchemaOf(described)
    const bearer = creator.entry.scope === 'project' ? superAdmin : tenant.delegate
    return (await insist<{ id: string }>(platform, 'POST', creator.url, { bearer, json: schema ? generator.plain(schema) : {} })).id
  }

  async function makeDeleted(entity: string, tenant: Tenant): Promise<string | undefined> {
    const deleting = naming(entity).find(
      ({ operation: { verb, parameters, entry } }) => verb === 'DELETE' && parameters.length === 1 && !entry.identity,
    )
    if (!deleting) return undefined
    const id = await make(entity, tenant)
    const { operation, name } = deleting
    const bearer = operation.entry.scope === 'project' ? superAdmin : tenant.delegate
    await insist(platform, 'DELETE', fill(operation.url, { [name]: id }), { bearer })
    return id
  }

  async function forEach(operation: Operation, of: (entity: string) => Promise<string | undefined>): Promise<Ids> {
    const ids: Record<string, string> = {}
    for (const parameter of operation.parameters) {
      const id = await of(entityOf(operation, parameter))
      if (id !== undefined) ids[parameter] = id
    }
    return ids
  }

  return {
    make,
    fieldsFor: async ({ name }, tenant) => (await fieldsByOperation[name]?.(platform, tenant)) ?? {},
    idsFor: (operation, tenant) => forEach(operation, (entity) => make(entity, tenant)),
    deletedIdsFor: (operation, tenant) => forEach(operation, (entity) => makeDeleted(entity, tenant)),
  }
}
