import { z } from 'zod'
import { command, defineContract, event, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal, ref, timestamp } from './fields.ts'
import { numberPort } from './number-port.ts'
import { byId, ofCustomer, pageFields, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager, ProjectSuperAdmin } from './permission.ts'

/** Numbers of the platform's own, which no telephone network knows: this and nine digits. */
export const VIRTUAL_PREFIX = '+899'
/** Not given to anybody. */
export const RESERVED_PREFIX = '+899000'

export const numberTypes = ['normal', 'virtual'] as const
/** Whose a number is towards the network; `local`: nobody's but the platform's. */
export const numberProviders = ['local', 'telnyx', 'twilio'] as const
export type NumberProviderName = (typeof numberProviders)[number]

const e164 = z
  .string()
  .regex(/^\+[1-9][0-9]{6,14}$/, 'must be a number such as +15551234567')
  .meta({ examples: ['+899100000009'] })
/** As clients of all ages write times. */
const anyTime = z.string().regex(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?Z?$/, 'must be a UTC time such as 2026-01-31T08:00:00Z')
const metadata = z.object({ rtp_debug: z.boolean().describe('Record the RTP of calls to it, for finding faults') })

/** A telephone number of a customer's: what calls and messages to it run. A living one is nobody else's. */
export const number = entity(
  'number',
  {
    number: z.string().max(32).describe('In E.164, with its +'),
    type: z.enum(numberTypes).describe('virtual: of the platform’s own, +899 and nine digits'),
    name: z.string().max(255),
    detail: z.string().max(4096),
    call_flow_id: id().describe('Runs when it is called; nil: calls are refused'),
    message_flow_id: id().describe('Runs when it gets a message; nil: none does'),
    status: z.enum(['active', 'deleted']),
    t38_enabled: z.boolean(),
    emergency_enabled: z.boolean(),
    metadata,
    provider_name: internal(z.enum(numberProviders)),
    /** What the provider calls it. */
    provider_reference_id: internal(z.string().max(255)),
    tm_purchase: timestamp().nullable(),
    tm_renew: timestamp().nullable().describe('When it was paid for last'),
  },
  { get: 'getNumber' },
)
export type OwnedNumber = z.output<typeof number>

export const numberFeatures = ['emergency', 'fax', 'mms', 'sms', 'voice'] as const
export const availableNumber = z.object({
  number: z.string().max(32),
  country: z.string().max(8).describe('ISO 3166-1 alpha-2, or 899'),
  region: z.string().max(255),
  postal_code: z.string().max(32),
  features: z.array(z.enum(numberFeatures)),
})
export type AvailableNumber = z.output<typeof availableNumber>

const flowIds = z.object({ call_flow_id: ref('flow'), message_flow_id: ref('flow') })
const naming = number.pick({ name: true, detail: true })

const wanted = z.object({
  country_code: z
    .string()
    .regex(/^([A-Za-z]{2}|899)?$/, 'must be a country such as US, or 899')
    .default('')
    .describe('Empty or 899: virtual numbers'),
  type: z.enum(numberTypes).optional(),
  ...pageFields,
})

const purchase = z.object({
  number: e164,
  type: z.enum(numberTypes).optional().describe('Follows from the number'),
  name: naming.shape.name.default(''),
  detail: naming.shape.detail.default(''),
  call_flow_id: ref('flow').default(''),
  message_flow_id: ref('flow').default(''),
})

const seeded = z.object({ id: id(), customer_id: id(), number: e164, name: z.string().max(255).default(''), call_flow_id: id() })

const told = event(number, { public: true })
const page = { default: 100, max: 100 }
const owned = { id: 'number' } as const

export const numberContract = defineContract({
  service: 'number',
  events: { number_created: told, number_updated: told, number_deleted: told, number_renewed: number },
  methods: {
    ...numberPort.methods,
    /** What could be bought now. @throws NUMBER_PROVIDER_MISSING where nobody sells numbers of the telephone network */
    listAvailableNumbers: command(ofCustomer(wanted), z.object({ result: z.array(availableNumber) })),
    listNumbers: query(pageOfCustomer, pageOf(number)),
    getNumber: query(byId, number),
    /** Buys it. @throws NUMBER_TAKEN, NUMBER_RESERVED, NUMBER_LIMIT_REACHED, NUMBER_NOT_AVAILABLE, IDENTITY_VERIFICATION_REQUIRED, INSUFFICIENT_BALANCE */
    createNumber: command(ofCustomer(purchase), number, { timeout: 'long' }),
    updateNumber: mutation(byId.extend({ ...naming.partial().shape, ...flowIds.partial().shape }), number),
    updateNumberFlowIds: mutation(byId.extend(flowIds.shape), number),
    updateNumberMetadata: mutation(byId.extend(metadata.partial().shape), number),
    /** Given back for good. */
    deleteNumber: mutation(byId, number),
    /** Those of the network that were paid for before `tm_renew` are paid for again, 500 at most; what cannot be is deleted. */
    renewNumbers: command(z.object({ tm_renew: anyTime }), z.array(number), { timeout: 'long' }),
    /** First start: a virtual number that runs a flow, unless the customer has it already. @throws NUMBER_TAKEN, NUMBER_RESERVED */
    seedNumber: mutation(seeded, z.object({ created: z.boolean() })),
  },
  api: {
    'GET /available_numbers': { method: 'listAvailableNumbers', permission: AdminOrManager, page },
    'GET /numbers': { method: 'listNumbers', permission: AdminOrManager, page },
    'POST /numbers': { method: 'createNumber', permission: AdminOrManager },
    'POST /numbers/renew': { method: 'renewNumbers', permission: ProjectSuperAdmin, scope: 'project' },
    'GET /numbers/:id': { method: 'getNumber', permission: AdminOrManager, owned },
    'PUT /numbers/:id': { method: 'updateNumber', permission: AdminOrManager, owned },
    'DELETE /numbers/:id': { method: 'deleteNumber', permission: AdminOrManager, owned },
    'PUT /numbers/:id/flow_ids': { method: 'updateNumberFlowIds', permission: AdminOrManager, owned },
    'PUT /numbers/:id/metadata': { method: 'updateNumberMetadata', permission: AdminOrManager, owned },
  },
})
export type NumberContract = typeof numberContract
