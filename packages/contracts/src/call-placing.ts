import { z } from 'zod'
import { address } from './address.ts'
import type { ApiTable } from './api.ts'
import { call, callMetadata, confbridge, groupcall } from './call-entities.ts'
import { commandOnce, event, mutation, query } from './contract.ts'
import { ref } from './fields.ts'
import { action, MAX_ACTIONS } from './flow-actions.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager } from './permission.ts'

const told = event(groupcall, { public: true })
/** In order with what else is told of the call or conference that the room is of. */
const ofRoom = event(confbridge, { order_key: 'reference_id' })

export const placingEvents = {
  ...{ groupcall_created: told, groupcall_updated: event(groupcall), groupcall_progressing: told },
  ...{ groupcall_hangup: told, groupcall_deleted: told },
  ...{ confbridge_created: ofRoom, confbridge_updated: ofRoom, confbridge_deleted: ofRoom, confbridge_terminating: ofRoom },
  ...{ confbridge_terminated: ofRoom, confbridge_joined: ofRoom, confbridge_leaved: ofRoom },
}

const run = {
  flow_id: ref('flow').default('').describe('What the answered call runs'),
  actions: z
    .array(action)
    .max(MAX_ACTIONS)
    .default([])
    .meta({ description: 'Instead of a flow', examples: [[{ type: 'talk', option: { text: 'Hello.' } }]] }),
}
/** What can be called; the rest is messages, or services that a flow brings a call to. */
const destination = address.extend({ type: z.enum(['extension', 'agent', 'sip', 'tel']), target: z.string().min(1).max(255) })
const destinations = z
  .array(destination)
  .min(1)
  .max(100)
  .meta({ examples: [[{ type: 'extension', target: '1000' }]] })
/** What a client asks for with `POST /calls`. */
export const wantedCalls = z.object({
  source: address.prefault({}),
  destinations,
  ...run,
  anonymous: z.enum(['yes', 'no', 'auto']).default('auto'),
  variables: z.record(z.string().min(1).max(255), z.string().max(32_768)).default({}),
})
const placedCalls = z.object({ calls: z.array(call), groupcalls: z.array(groupcall) })
const grouped = z.object({
  source: address.prefault({}),
  destinations,
  ...run,
  ring_method: groupcall.shape.ring_method.default('').describe('linear: one after the other; empty: all at once'),
  answer_method: groupcall.shape.answer_method.default('').describe('Empty: all that answer stay'),
})

export const placingMethods = {
  /**
   * A call for a number or SIP address, a groupcall for an extension or agent.
   * @throws CUSTOMER_NOT_ACTIVE, IDENTITY_VERIFICATION_REQUIRED, DESTINATION_INVALID and what is wrong with actions, before anything is dialled
   */
  createCalls: commandOnce(ofCustomer(wantedCalls), placedCalls),
  /** With what no client may say of its calls. @throws as `createCalls` */
  createCallsWithMetadata: commandOnce(ofCustomer(wantedCalls).extend({ metadata: callMetadata }), placedCalls),
  listGroupcalls: query(pageOfCustomer, pageOf(groupcall)),
  getGroupcall: query(byId, groupcall),
  /** @throws as `createCalls` */
  createGroupcall: commandOnce(ofCustomer(grouped), groupcall),
  /** All calls in it. */
  hangupGroupcall: mutation(byId, groupcall),
  /** A live one is hung up first. */
  deleteGroupcall: mutation(byId, groupcall),
  getConfbridge: query(byId, confbridge),
}

const owned = { id: 'groupcall' } as const

export const placingApi = {
  'POST /calls': { method: 'createCalls', permission: AdminOrManager },
  'GET /groupcalls': { method: 'listGroupcalls', permission: AdminOrManager, page: { default: 100, max: 100 } },
  'POST /groupcalls': { method: 'createGroupcall', permission: AdminOrManager },
  'GET /groupcalls/:id': { method: 'getGroupcall', permission: AdminOrManager, owned },
  'DELETE /groupcalls/:id': { method: 'deleteGroupcall', permission: AdminOrManager, owned },
  'POST /groupcalls/:id/hangup': { method: 'hangupGroupcall', permission: AdminOrManager, owned },
} as const satisfies ApiTable<keyof typeof placingMethods>
