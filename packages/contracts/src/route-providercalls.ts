import { z } from 'zod'
import type { ApiTable } from './api.ts'
import { call } from './call-entities.ts'
import { wantedCalls } from './call-placing.ts'
import { commandOnce, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, NIL_ID } from './fields.ts'
import { byId, ofCustomer, pageFields, pageOf } from './page.ts'
import { ProjectSuperAdmin } from './permission.ts'

/** Calls that whoever runs the platform makes over one provider, to see that it works. */
export const providercall = entity(
  'providercall',
  {
    provider_id: id(),
    flow_id: call.shape.flow_id,
    source: call.shape.source,
    destinations: z.array(call.shape.destination).min(1).max(100),
    anonymous: wantedCalls.shape.anonymous.unwrap(),
    call_ids: z.array(id()),
    groupcall_ids: z.array(id()).describe('Always empty: a provider takes calls to telephone numbers, and each is one call'),
  },
  { get: 'getProvidercall' },
)
export type Providercall = z.output<typeof providercall>

/** No `ref`: those who may call reach the flows of all customers, and this is to be one of their own. */
const wanted = wantedCalls.omit({ variables: true }).extend({ provider_id: id(), flow_id: call.shape.flow_id.default(NIL_ID) })

export const providercallEvents = { providercall_created: providercall, providercall_deleted: providercall }

export const providercallMethods = {
  listProvidercalls: query(z.object({ provider_id: id().optional(), ...pageFields }), pageOf(providercall)),
  getProvidercall: query(byId, providercall),
  /**
   * To telephone numbers, over this provider and no other, showing whatever source is given. Countries and how many calls may be made in
   * an hour hold for it as for all calls.
   * @throws PROVIDER_NOT_FOUND, INVALID_ARGUMENT for a flow of somebody else and what is no telephone number, and as `createCalls`
   */
  createProvidercall: commandOnce(ofCustomer(wanted), providercall),
  /** Its calls stay. */
  deleteProvidercall: mutation(byId, providercall),
}

const guarded = { permission: ProjectSuperAdmin, scope: 'project' } as const

export const providercallApi = {
  'GET /providercalls': { method: 'listProvidercalls', ...guarded, page: { default: 100, max: 100 } },
  'POST /providercalls': { method: 'createProvidercall', permission: ProjectSuperAdmin },
  'GET /providercalls/:id': { method: 'getProvidercall', ...guarded },
  'DELETE /providercalls/:id': { method: 'deleteProvidercall', ...guarded },
} as const satisfies ApiTable<keyof typeof providercallMethods>
