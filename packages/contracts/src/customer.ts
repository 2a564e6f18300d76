import { z } from 'zod'
import { defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal, secret, timestamp } from './fields.ts'
import { byId, ofCustomer, pageFields, pageOf, pageOfCustomer } from './page.ts'
import { Admin, AdminOrManager, NoneChecked, ProjectSuperAdmin } from './permission.ts'

/** Tenants with a fixed meaning, which nobody may change. */
export const fixedCustomers = {
  /** Owns the routes that every tenant falls back to. */
  basicRoute: '00000000-0000-0000-0000-000000000001',
  system: '00000000-0000-0000-0000-000000000002',
  guest: 'a856c986-4b06-4496-9641-4d0ecbc67df5',
} as const
/** The tenant of the first start. Its id is fixed, so that two replicas that start at once cannot make two. */
export const FIRST_CUSTOMER_ID = '00000000-0000-0000-0000-000000000100'

const emailAddress = z.union([z.email().max(255).toLowerCase(), z.literal('')])
const webhookMethod = z.enum(['', 'POST', 'GET', 'PUT', 'DELETE'])
const metadata = z.object({
  rtp_debug: z.boolean().describe('Record the RTP of calls, for finding faults'),
})

/** From being frozen to being deleted. */
export const FROZEN_MS = 30 * 86_400_000

/** A tenant, as the platform's operators see it. Its `customer_id` is its own id, so that ownership reads the same as everywhere. */
export const customer = entity(
  'customer',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    email: emailAddress,
    phone_number: z.string().max(32),
    address: z.string().max(1024),
    webhook_method: webhookMethod,
    webhook_uri: z.string().max(1024).describe('Empty: no webhooks'),
    billing_account_id: id(),
    email_verified: z.boolean().describe('Whoever reads the mails of this address has confirmed it'),
    /** initial: signed up and not verified yet, which opens nothing and ends by itself. */
    status: z.enum(['initial', 'active', 'frozen', 'deleted', 'expired']),
    identity_verification_status: z.enum(['none', 'pending', 'verified', 'rejected']),
    metadata,
    terms_agreed_version: z.string().max(32),
    terms_agreed_ip: z.string().max(45),
    tm_deletion_scheduled: timestamp().nullable().describe('When it was frozen; 30 days later it is deleted'),
    /** Key of webhook signatures: `whsec_` and base64. Empty: webhooks are not signed. */
    webhook_secret: secret(z.string().max(64)),
    /** The one before it, and since when it is: it signs beside the other for a day. */
    webhook_secret_previous: secret(z.string().max(64).optional()),
    tm_webhook_secret: internal(timestamp().optional()),
    /** The address that no other living customer can have: `email`, once it is verified or set by an operator. */
    email_claim: secret(z.string().max(255).nullable()),
  },
  { get: 'getCustomer' },
)
export type Customer = z.output<typeof customer>

/** A tenant, as it sees itself. */
const ownCustomer = customer.omit({ terms_agreed_version: true, terms_agreed_ip: true })
export type OwnCustomer = z.output<typeof ownCustomer>

const profile = z.object({
  name: z.string().min(1).max(255),
  detail: customer.shape.detail,
  email: emailAddress,
  phone_number: customer.shape.phone_number,
  address: customer.shape.address,
  webhook_method: webhookMethod,
  webhook_uri: z.union([z.literal(''), z.url({ protocol: /^https?$/ }).max(1024)]),
})
const newProfile = profile.extend({
  detail: profile.shape.detail.default(''),
  email: profile.shape.email.default(''),
  phone_number: profile.shape.phone_number.default(''),
  address: profile.shape.address.default(''),
  webhook_method: webhookMethod.default(''),
  webhook_uri: profile.shape.webhook_uri.default(''),
})
/** What is left out stays as it is. */
const changedProfile = profile.partial()
const billingAccount = z.object({ billing_account_id: id() })

/** A key that speaks for a tenant with the permission of a customer admin. Only its SHA-256 is stored. */
export const accesskey = entity(
  'accesskey',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    token_prefix: z.string().max(16).describe('First 11 characters of the token, by which a person recognises it'),
    /** SHA-256 of the token, hex. */
    token_hash: secret(z.string().length(64)),
    tm_expire: timestamp().nullable().describe('Null: never expires'),
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
  expire: z.int().positive().max(315_360_000).describe('Seconds until it expires; at most ten years'),
})

const signup = newProfile.extend({
  name: z.string().max(255).default(''),
  email: z.email().max(255).toLowerCase(),
  accepted_tos: z.literal(true),
  /** Where the form was sent from. */
  terms_agreed_ip: z.string().max(45).default(''),
})

const webhookSettings = customer.pick({
  id: true,
  webhook_method: true,
  webhook_uri: true,
  webhook_secret: true,
  webhook_secret_previous: true,
})

const page = { default: 100, max: 100 }

export const customerContract = defineContract({
  service: 'customer',
  events: {
    customer_created: customer,
    customer_updated: customer,
    customer_deleted: customer,
    customer_frozen: customer,
    customer_recovered: customer,
    customer_identity_verification_updated: customer,
    accesskey_created: accesskey,
    accesskey_updated: accesskey,
    accesskey_deleted: accesskey,
  },
  methods: {
    listCustomers: query(z.object(pageFields), pageOf(customer)),
    getCustomer: query(byId, customer),
    /** @throws EMAIL_TAKEN */
    createCustomer: mutation(newProfile, customer),
    updateCustomer: mutation(byId.extend(changedProfile.shape), customer),
    updateCustomerBillingAccount: mutation(byId.extend(billingAccount.shape), customer),
    updateCustomerMetadata: mutation(byId.extend(metadata.shape), customer),
    updateIdentityVerification: mutation(byId.extend(customer.pick({ identity_verification_status: true }).shape), customer),
    /** Nothing works any more, and 30 days later it is deleted. */
    freezeCustomer: mutation(byId, customer),
    recoverCustomer: mutation(byId, customer),
    /** At once and for good; what names a person is blanked. */
    deleteCustomer: mutation(byId, customer),

    getOwnCustomer: query(ofCustomer(z.object({})), ownCustomer),
    updateOwnCustomer: mutation(ofCustomer(changedProfile), ownCustomer),
    updateOwnBillingAccount: mutation(ofCustomer(billingAccount), ownCustomer),
    updateOwnMetadata: mutation(ofCustomer(metadata), ownCustomer),
    /** Freezes, or deletes at once. */
    unregister: mutation(ofCustomer(z.object({ immediate: z.boolean().default(false) })), ownCustomer),
    recoverOwn: mutation(ofCustomer(z.object({})), ownCustomer),

    /**
     * Answers the same whether the address has an account or not. The key opens nothing before `verifyEmail`; where there
     * was an account it never does, and a mail to the address says so.
     */
    signUp: mutation(signup, z.object({ customer: ownCustomer, accesskey: revealed }), { reveals: ['token'] }),
    /** @throws INVALID_TOKEN */
    verifyEmail: mutation(z.object({ token: z.string().max(255) }), z.object({ customer: ownCustomer })),
    /** Another mail to an address that waits for its confirmation. Answers the same for any other. */
    resendVerification: mutation(z.object({ email: z.email().max(255).toLowerCase() }), z.object({})),

    /** For the webhook service: the one place where the secrets leave. The previous one only while it signs. */
    getWebhookSettings: query(byId, webhookSettings, { reveals: ['webhook_secret', 'webhook_secret_previous'] }),
    /** A new secret, shown here and never again; the one before it signs beside it until then. */
    rotateWebhookSecret: mutation(
      ofCustomer(z.object({})),
      customer.pick({ webhook_secret: true }).extend({ tm_previous_expire: timestamp() }),
      { reveals: ['webhook_secret'] },
    ),
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
    /** What the gateway asks about a token that it has not seen lately. NOT_FOUND: unknown, expired, revoked, or not verified yet. */
    authenticateAccesskey: query(
      z.object({ token_hash: z.string().length(64) }),
      z.object({
        id: id(),
        customer_id: id(),
        customer_status: internal(customer.shape.status),
        /** Left out by releases that did not know it. */
        customer_tm_deletion_scheduled: internal(timestamp().nullable().optional()),
        tm_expire: timestamp().nullable(),
      }),
    ),
  },
  api: {
    'POST /auth/email-verify': {
      method: 'verifyEmail',
      permission: NoneChecked,
      identity: ['none'],
      summary: 'Verifies an e-mail address with the token of the mailed link',
    },
    'DELETE /auth/unregister': {
      method: 'recoverOwn',
      permission: Admin,
      identity: ['agent', 'accesskey'],
      tier: 'AUTH_PROTECTED',
      summary: 'Takes back the freeze of the own account',
    },
    'GET /accesskeys': { method: 'listAccesskeys', permission: Admin, page },
    'POST /accesskeys': { method: 'createAccesskey', permission: Admin },
    'GET /accesskeys/:id': { method: 'getAccesskey', permission: Admin, owned: { id: 'accesskey' } },
    'PUT /accesskeys/:id': { method: 'updateAccesskey', permission: Admin, owned: { id: 'accesskey' } },
    'DELETE /accesskeys/:id': { method: 'deleteAccesskey', permission: Admin, owned: { id: 'accesskey' } },

    'GET /customer': { method: 'getOwnCustomer', permission: AdminOrManager },
    'PUT /customer': { method: 'updateOwnCustomer', permission: Admin },
    'PUT /customer/billing_account_id': { method: 'updateOwnBillingAccount', permission: Admin },
    'PUT /customer/metadata': { method: 'updateOwnMetadata', permission: Admin },
    'POST /webhooks/rotate-secret': {
      method: 'rotateWebhookSecret',
      permission: Admin,
      summary: 'A new secret for the signatures of webhooks, shown once; the old one signs beside it for 24 hours',
    },
    'GET /service_agents/customer': { method: 'getOwnCustomer', permission: NoneChecked, identity: ['agent'] },

    'GET /customers': { method: 'listCustomers', permission: ProjectSuperAdmin, scope: 'project', page },
    'POST /customers': { method: 'createCustomer', permission: ProjectSuperAdmin, scope: 'project' },
    'GET /customers/:id': { method: 'getCustomer', permission: ProjectSuperAdmin, scope: 'project' },
    'PUT /customers/:id': { method: 'updateCustomer', permission: ProjectSuperAdmin, scope: 'project' },
    'DELETE /customers/:id': { method: 'deleteCustomer', permission: ProjectSuperAdmin, scope: 'project' },
    'PUT /customers/:id/billing_account_id': {
      method: 'updateCustomerBillingAccount',
      permission: ProjectSuperAdmin,
      scope: 'project',
    },
    'PUT /customers/:id/metadata': { method: 'updateCustomerMetadata', permission: ProjectSuperAdmin, scope: 'project' },
    'POST /customers/:id/freeze': { method: 'freezeCustomer', permission: ProjectSuperAdmin, scope: 'project' },
    'POST /customers/:id/recover': { method: 'recoverCustomer', permission: ProjectSuperAdmin, scope: 'project' },
  },
})
