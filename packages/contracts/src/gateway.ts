import { z } from 'zod'
import { defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { secret } from './fields.ts'

/**
 * Public routes that no key of the API table can say; each is a named file in the gateway's `routes/`, and the compiler
 * holds both lists to one another. At most 15.
 */
export const customRoutes = [
  'GET /ping',
  'GET /openapi.json',
  'GET /docs',
  'GET /health/live',
  'GET /health/ready',
  'POST /auth/login',
  'POST /auth/boot',
  'POST /auth/signup',
  'GET /auth/email-verify',
  'GET /auth/password-reset',
  'POST /auth/unregister',
  'POST /auth/delegate',
  'GET /v1.0/ws',
  'GET /v1.0/service_agents/ws',
] as const
export type CustomRoute = (typeof customRoutes)[number]

/** A key that signs tokens (HS256); its id is their `kid`. It is the platform's own, so its tenant is the system. */
export const signingKey = entity(
  'signing_key',
  {
    /** 32 octets, base64url. Empty once the key is dropped. */
    key: secret(z.string().max(64)),
  },
  { get: 'getSigningKey' },
)
export type SigningKey = z.output<typeof signingKey>

/** The edge: it answers the public API out of everybody's contract. What it has to ask, its replicas ask one another's database. */
export const gatewayContract = defineContract({
  service: 'gateway',
  events: { signing_key_created: signingKey, signing_key_deleted: signingKey },
  methods: {
    /** Newest first: the first one signs, all of them verify. For the gateway itself: here alone the keys leave. */
    listSigningKeys: query(z.object({}), z.object({ result: z.array(signingKey) }), { reveals: ['key'] }),
    /** Makes a key where there is none, or none young enough. */
    ensureSigningKey: mutation(z.object({}), z.object({})),
    /** A new key at once. `drop_old` makes every token worthless that an earlier one has signed. */
    rotateSigningKey: mutation(z.object({ drop_old: z.boolean().default(false) }), z.object({ dropped: z.int() })),
  },
  api: {},
})
