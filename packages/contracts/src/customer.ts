import { z } from 'zod'
import { defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal, NIL_ID, secret, timestamp } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { Admin } from './permission.ts'

/** A tenant. Its `customer_id` is its own id, so that ownership reads the same as everywhere. */
export const customer = entity(
  'customer',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    email: z.union([z.email().max(255), z.literal('')]),
    status: z.enum(['initial', 'active', 'frozen', 'deleted', 'expired']),
  },
  { get: 'getCustomer' },
)
export type Customer = z.output<typeof customer>

/** A key that speaks for a tenant with the permission of a customer admin. Only its SHA-256 is stored. */
export const accesskey = entity(
  'accesskey',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    /** First 11 characters of the token, by which a person recognises it. */
    token_prefix: z.string().max(16),
    /** SHA-256 of the token, hex. */
    token_hash: secret(z.string().length(64)),
    /** Null: never expires. */
    tm_expire: timestamp().nullable(),
  },
  { get: 'getAccesskey' },
)
export type Accesskey = z.output<typeof accesskey>

const naming = accesskey.pick({ name: true, detail: true })
/** The plain token is shown here once and stored nowhere. */
const revealed = accesskey.extend({ token: secret(z.string()) })

const newAccesskey = z.object({
  name: z.string().max(255).default(''),
  detail: z.string().max(4096).default(''),
  /** Seconds until it expires; at most ten years. */
  expire: z.int().positive().max(315_360_000),
})

export const customerContract = defineContract({
  service: 'customer',
  events: {
    customer_created: customer,
    customer_deleted: customer,
    accesskey_created: accesskey,
    accesskey_updated: accesskey,
    accesskey_deleted: accesskey,
  },
  methods: {
    listCustomers: query(
      z.object({ page_size: pageOfCustomer.shape.page_size, page_token: pageOfCustomer.shape.page_token }),
      pageOf(customer),
    ),
    getCustomer: query(byId, customer),
    createCustomer: mutation(
      z.object({ name: z.string().min(1).max(255), detail: z.string().max(4096).default(''), email: customer.shape.email.default('') }),
      customer,
    ),
    deleteCustomer: mutation(byId, customer),
    /** First start: the first tenant and its first key, unless there is a tenant already. */
    seed: mutation(
      z.object({ token: z.string().max(255).optional() }),
      z.object({ customer_id: id(), token: secret(z.string()), created: z.boolean() }),
      { reveals: ['token'] },
    ),
    listAccesskeys: query(pageOfCustomer, pageOf(accesskey)),
    getAccesskey: query(byId, accesskey),
    createAccesskey: mutation(ofCustomer(newAccesskey), revealed, { reveals: ['token'] }),
    updateAccesskey: mutation(byId.extend(naming.shape), accesskey),
    deleteAccesskey: mutation(byId, accesskey),
    /** What the gateway asks about a token that it has not seen lately. NOT_FOUND: unknown, expired or revoked. */
    authenticateAccesskey: query(
      z.object({ token_hash: z.string().length(64) }),
      z.object({ id: id(), customer_id: id(), customer_status: internal(customer.shape.status), tm_expire: timestamp().nullable() }),
    ),
  },
  api: {
    'GET /accesskeys': { method: 'listAccesskeys', permission: Admin, page: { default: 100, max: 100 } },
    'POST /accesskeys': { method: 'createAccesskey', permission: Admin },
    'GET /accesskeys/:id': { method: 'getAccesskey', permission: Admin, owned: { id: 'accesskey' } },
    'PUT /accesskeys/:id': { method: 'updateAccesskey', permission: Admin, owned: { id: 'accesskey' } },
    'DELETE /accesskeys/:id': { method: 'deleteAccesskey', permission: Admin, owned: { id: 'accesskey' } },
  },
})

/** The nil id, for inputs that mean "no tenant". */
export const noCustomer = NIL_ID
