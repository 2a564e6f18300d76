import { childOf, uploadedFile } from '@voipbin/contracts/api'
import { command, defineContract, event, mutation, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id, internal, ref, secret } from '@voipbin/contracts/fields'
import { byId, ofCustomer, pageFields, pageOf, pageOfCustomer } from '@voipbin/contracts/page'
import { Admin, AdminOrManager, All, NoneChecked, ProjectSuperAdmin } from '@voipbin/contracts/permission'
import { z } from 'zod'

/** What things refer to; answered by a service of its own. */
export const plan = entity('plan', { name: z.string() }, { get: 'getPlan' })
export const planContract = defineContract({
  service: 'plan',
  events: {},
  methods: { getPlan: query(byId, plan) },
  api: { 'GET /plans/:id': { method: 'getPlan', permission: AdminOrManager, owned: { id: 'plan' } } },
})

export const thing = entity(
  'thing',
  { owner_id: id(), name: z.string().max(50), cost: internal(z.int()), pin: secret(z.string()).optional() },
  { get: 'getThing' },
)
export const part = entity('part', { thing_id: id(), name: z.string() }, { get: 'getPart' })
const revealed = thing.extend({ pin: secret(z.string()) })

const step = z.strictObject({ type: z.string(), plan_id: ref('plan').optional() })
const action = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), target: ref('plan') }),
  z.object({ type: z.literal('say'), target: z.string() }),
])
const newThing = z.object({
  name: z.string().min(1).max(50),
  detail: z.string().max(4096).default(''),
  size: z.int().optional(),
  plan_id: ref('plan').default(''),
  plan_ids: z.array(ref('plan')).max(500).default([]),
  options: z.object({ plan_id: ref('plan').optional(), loud: z.boolean().optional() }).optional(),
  steps: z.array(step).optional(),
  action: action.optional(),
  variables: z.record(z.string(), z.string()).optional(),
  extra: z.unknown().optional(),
})
const url = z.object({ url: z.string() })
const page = { default: 20, max: 50 }

/** Every key of the API vocabulary, each at least once. */
export const thingContract = defineContract({
  service: 'thing',
  events: {
    thing_updated: event(thing, { public: true, topics: ['customer_id:{customer_id}:part:{name}'] }),
    /** Not for customers. */
    thing_counted: thing,
  },
  methods: {
    listThings: query(
      pageOfCustomer.extend({
        label: z.string().optional(),
        size: z.number().optional(),
        is_open: z.boolean().optional(),
        weights: z.array(z.int()).optional(),
        labels: z.array(z.string()).optional(),
        token: z.string().optional(),
      }),
      pageOf(thing),
    ),
    getThing: query(byId, thing),
    createThing: mutation(ofCustomer(newThing), revealed, { reveals: ['pin'] }),
    updateThing: mutation(byId.extend({ name: z.string() }), thing),
    deleteThing: mutation(byId, thing),
    startThing: command(byId, thing, { timeout: 'long' }),
    dropThing: mutation(byId, z.object({})),
    listOwn: query(pageOfCustomer.extend({ owner_id: id() }), pageOf(thing)),
    getSelf: query(byId, thing),
    listAll: query(z.object({ customer_id: id().optional(), ...pageFields }), pageOf(thing)),
    listNotes: query(byId.extend({ customer_id: id() }), z.object({ result: z.array(z.string()) })),
    getPart: query(byId, part),
    renamePart: mutation(z.object({ id: id(), part_id: id(), name: z.string() }), part),
    readKind: query(
      z.object({ customer_id: id(), kind: z.enum(['a', 'b']), number: z.int() }),
      z.object({ kind: z.string(), number: z.int() }),
    ),
    logIn: command(z.object({ username: z.string(), password: z.string() }), z.object({ token: secret(z.string()) }), {
      reveals: ['token'],
    }),
    confirm: query(z.object({ token: z.string() }), z.object({ html: z.string() })),
    greet: query(z.object({}), z.object({ text: z.string() })),
    link: query(byId, url),
    download: query(byId, url.extend({ content_type: z.string(), filename: z.string().optional() }), { timeout: 'stream' }),
    openSocket: query(byId, url, { timeout: 'stream' }),
    upload: mutation(
      ofCustomer(z.object({ type: z.enum(['rag', 'talk']), size: z.int().optional(), file: uploadedFile })),
      z.object({ file: uploadedFile }),
    ),
  },
  api: {
    'GET /things': { method: 'listThings', permission: AdminOrManager, page },
    'POST /things': { method: 'createThing', permission: AdminOrManager, status: 201 },
    'GET /things/:id': { method: 'getThing', permission: AdminOrManager, owned: { id: 'thing' } },
    'PUT /things/:id': { method: 'updateThing', permission: AdminOrManager, owned: { id: 'thing' } },
    'PATCH /things/:id': { method: 'updateThing', permission: Admin, owned: { id: 'thing' } },
    'DELETE /things/:id': { method: 'deleteThing', permission: AdminOrManager, owned: { id: 'thing' } },
    'POST /things/:id/start': { method: 'startThing', permission: AdminOrManager, owned: { id: 'thing' }, status: 202 },
    'DELETE /things/:id/drop': { method: 'dropThing', permission: AdminOrManager, owned: { id: 'thing' }, status: 204 },
    'PUT /things/:id/parts/:part_id': {
      method: 'renamePart',
      permission: AdminOrManager,
      owned: { id: 'thing', part_id: childOf('id') },
    },
    'GET /things/:id/notes': { method: 'listNotes', permission: AdminOrManager, owned: { id: 'thing' } },
    'GET /things/:id/link': { method: 'link', permission: AdminOrManager, owned: { id: 'thing' }, answer: 'redirect' },
    'GET /things/:id/file': { method: 'download', permission: AdminOrManager, owned: { id: 'thing' }, answer: 'stream' },
    'GET /things/:id/socket': { method: 'openSocket', permission: AdminOrManager, owned: { id: 'thing' }, answer: 'websocket' },
    'POST /uploads': { method: 'upload', permission: AdminOrManager, body: 'multipart' },
    'GET /kinds/:kind/:number': { method: 'readKind', permission: AdminOrManager },
    'GET /service_agents/things': { method: 'listOwn', permission: All, identity: ['agent'], scope: 'agent', page },
    'GET /service_agents/things/:id': { method: 'getThing', permission: All, identity: ['agent'], scope: 'agent', owned: { id: 'thing' } },
    'GET /me': { method: 'getSelf', permission: NoneChecked, identity: ['agent'], scope: 'self' },
    'GET /all_things': { method: 'listAll', permission: ProjectSuperAdmin, scope: 'project', page },
    'GET /visits': { method: 'listThings', permission: AdminOrManager, direct: ['visit', 'call'], page },
    'GET /greeting': { method: 'greet', permission: NoneChecked, identity: ['none', 'agent'] },
    'POST /auth/sign-in': { method: 'logIn', permission: NoneChecked, identity: ['none'] },
    'GET /auth/confirm': { method: 'confirm', permission: NoneChecked, identity: ['none'], answer: 'html' },
    'GET /auth/account': {
      method: 'getSelf',
      permission: NoneChecked,
      identity: ['agent', 'accesskey'],
      scope: 'self',
      tier: 'AUTH_PROTECTED',
    },
  },
})
