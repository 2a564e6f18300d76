import { z } from 'zod'
import { commandOnce, defineContract, event, mutation, query } from './contract.ts'
import { directHash } from './direct.ts'
import { entity } from './entity.ts'
import { id, internal, NIL_ID, ref } from './fields.ts'
import { action, MAX_ACTIONS } from './flow-actions.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager } from './permission.ts'

const actions = z.array(action).max(MAX_ACTIONS)
const example = [[{ type: 'answer' }, { type: 'talk', option: { text: 'Hello.' } }, { type: 'hangup' }]]

export const flow = entity(
  'flow',
  {
    type: z.enum(['flow', 'conference', 'queue', 'campaign', 'transfer']),
    name: z.string().max(255),
    detail: z.string().max(4096),
    actions,
    on_complete_flow_id: id().describe('Runs when an activeflow of this one ends; nil: none'),
    direct_hash: directHash(),
  },
  { get: 'getFlow' },
)
export type Flow = z.output<typeof flow>

/** Names and values that a flow can read as `${name}`; those that begin with `voipbin.` are the platform's. */
export const variables = z.record(z.string().min(1).max(255), z.string().max(32_768))
export type Variables = z.output<typeof variables>

const stack = z.object({ actions: z.array(action), return_stack_id: id(), return_action_id: id() })
/** Actions pushed on top of the flow's own, by the id of what pushed them. */
export type Stack = z.output<typeof stack>

export const activeflowReferences = ['', 'ai', 'api', 'call', 'campaign', 'conversation', 'transcribe', 'recording'] as const
export const webhookMethods = ['', 'POST', 'GET', 'PUT', 'DELETE'] as const

/** A flow that runs. */
export const activeflow = entity(
  'activeflow',
  {
    flow_id: id(),
    status: z.enum(['', 'running', 'ended']),
    reference_type: z.enum(activeflowReferences),
    reference_id: id(),
    /** The one that this follows. */
    reference_activeflow_id: id(),
    on_complete_flow_id: id(),
    current_action: action.nullable(),
    forward_action_id: id(),
    /** The last hundred. */
    executed_actions: z.array(action),
    webhook_uri: z.string().max(1024),
    webhook_method: z.enum(webhookMethods),
    stacks: internal(z.record(z.string(), stack)),
    current_stack_id: internal(id()),
    /** Names the run of the action that the flow waits for; nil: it waits for none. */
    execution_id: internal(id()),
    execute_count: internal(z.int().nonnegative()),
    complete_count: internal(z.int().nonnegative()),
    /** A call that is there: actions that need one run. */
    has_call: internal(z.boolean()),
    variables: internal(variables),
    /** Why it ended: `finished`, `stopped`, `hangup`, or the rule that ended it. Empty while it runs. */
    end_reason: z.string().max(255),
  },
  { get: 'getActiveflow' },
)
export type Activeflow = z.output<typeof activeflow>

/**
 * What a call does next. `actions` in order, with options filled in and checked; only the last may hold, and its end is told with
 * `execution_id`. `wait`: nothing, the flow brings the next step itself. `ended`: hang up after the actions. `stale`: another step came first.
 */
export const flowStep = z.object({
  activeflow_id: id(),
  state: z.enum(['run', 'wait', 'ended', 'stale']),
  execution_id: id(),
  actions,
})
export type FlowStep = z.output<typeof flowStep>

const editable = z.object({
  name: z.string().max(255),
  detail: z.string().max(4096),
  actions: actions.meta({ examples: example }),
  on_complete_flow_id: ref('flow').default(''),
})

const webhook = {
  webhook_uri: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(1024)])
    .default('')
    .describe('Where what happens in this run goes, beside the webhook of the customer; empty: nowhere'),
  webhook_method: z.enum(webhookMethods).default(''),
}

const started = z.object({
  id: id().optional(),
  flow_id: ref('flow').default(''),
  /** Instead of those of a flow. */
  actions: actions.default([]).meta({ examples: [[{ type: 'webhook_send', option: { uri: 'https://example.com/', method: 'POST' } }]] }),
  variables: z.record(z.string(), z.string()).default({}),
  ...webhook,
})

/** Of the call that it runs for; conditions look at it. */
const callStatus = z.string().max(32).default('')

const startedFor = z.object({
  id: id(),
  customer_id: id(),
  flow_id: id().default(NIL_ID),
  actions: actions.default([]),
  reference_type: z.enum(activeflowReferences),
  reference_id: id(),
  reference_activeflow_id: id().default(NIL_ID),
  /** Those of the party, `voipbin.call.…` among them. */
  variables: variables.default({}),
  /** Given by a client: names of the platform's are left out. */
  client_variables: z.record(z.string(), z.string()).default({}),
  ...webhook,
  complete_count: z.int().nonnegative().default(0),
  call_status: callStatus,
})

const ofCall = { public: true, order_key: 'reference_id' }

export const flowContract = defineContract({
  service: 'flow',
  events: {
    flow_created: flow,
    flow_updated: flow,
    flow_deleted: flow,
    activeflow_created: event(activeflow, ofCall),
    activeflow_updated: event(activeflow, ofCall),
    activeflow_deleted: event(activeflow, ofCall),
  },
  methods: {
    listFlows: query(pageOfCustomer, pageOf(flow)),
    getFlow: query(byId, flow),
    /** @throws INVALID_ARGUMENT naming the path of what is wrong, FLOW_LIMIT_REACHED */
    createFlow: commandOnce(ofCustomer(editable), flow),
    /** For the first start: made once, and never again. */
    seedFlow: mutation(
      byId.extend({ customer_id: id(), name: editable.shape.name, detail: editable.shape.detail, actions }),
      z.object({ created: z.boolean() }),
    ),
    updateFlow: commandOnce(byId.extend(editable.shape), flow),
    deleteFlow: mutation(byId, flow),
    regenerateFlowDirectHash: mutation(byId, flow),
    /** Actions as a flow would be saved with them: complete, or refused. For whoever starts a flow of actions later. */
    checkActions: query(z.object({ customer_id: id(), actions }), z.object({ actions })),
    listActiveflows: query(pageOfCustomer, pageOf(activeflow)),
    getActiveflow: query(byId, activeflow),
    /** Runs at once, without a party. */
    createActiveflow: commandOnce(ofCustomer(started), activeflow),
    /** Ends it; a call that it steers is hung up. @throws ACTIVEFLOW_ENDED */
    stopActiveflow: mutation(byId, activeflow),
    deleteActiveflow: mutation(byId, activeflow),
    /** For a call or another party, by an id of the caller's: runs up to the first step that the party has to do. */
    startActiveflow: mutation(startedFor, flowStep),
    /**
     * The action of `execution_id` is over, whichever way. A stale or repeated one changes nothing and answers `stale`.
     * `variables` are set first: `voipbin.call.digits`.
     */
    nextAction: mutation(z.object({ id: id(), execution_id: id(), variables: variables.default({}), call_status: callStatus }), flowStep),
    /** The party is gone: nothing of the flow that needs it runs any more. Ended already: as it is; deleted: nothing. */
    endActiveflow: mutation(z.object({ id: id(), reason: z.string().max(255), variables: variables.default({}) }), activeflow.partial()),
    /** Runs `actions` next, then goes on behind the current action. */
    pushActions: mutation(z.object({ id: id(), actions: actions.min(1), stack_id: id().optional() }), activeflow),
    getVariables: query(byId, z.object({ variables })),
    setVariables: mutation(z.object({ id: id(), variables }), z.object({ variables })),
  },
  api: {
    'GET /flows': { method: 'listFlows', permission: AdminOrManager, page: { default: 100, max: 100 } },
    'POST /flows': { method: 'createFlow', permission: AdminOrManager },
    'GET /flows/:id': { method: 'getFlow', permission: AdminOrManager, owned: { id: 'flow' } },
    'PUT /flows/:id': { method: 'updateFlow', permission: AdminOrManager, owned: { id: 'flow' } },
    'DELETE /flows/:id': { method: 'deleteFlow', permission: AdminOrManager, owned: { id: 'flow' } },
    'POST /flows/:id/direct-hash-regenerate': { method: 'regenerateFlowDirectHash', permission: AdminOrManager, owned: { id: 'flow' } },
    'GET /activeflows': { method: 'listActiveflows', permission: AdminOrManager, page: { default: 100, max: 100 } },
    'POST /activeflows': { method: 'createActiveflow', permission: AdminOrManager },
    'GET /activeflows/:id': { method: 'getActiveflow', permission: AdminOrManager, owned: { id: 'activeflow' } },
    'DELETE /activeflows/:id': { method: 'deleteActiveflow', permission: AdminOrManager, owned: { id: 'activeflow' } },
    'POST /activeflows/:id/stop': { method: 'stopActiveflow', permission: AdminOrManager, owned: { id: 'activeflow' } },
  },
})
