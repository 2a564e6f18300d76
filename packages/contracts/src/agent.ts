import { z } from 'zod'
import { address, addressTypes } from './address.ts'
import { command, defineContract, event, mutation, query } from './contract.ts'
import { directHash } from './direct.ts'
import { entity } from './entity.ts'
import { internal, ref, secret, timestamp } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager, All, NoneChecked } from './permission.ts'

/** The demonstration account that everybody may sign in to: nobody may change what it is. */
export const GUEST_AGENT_ID = 'd819c626-0284-4df8-99d6-d03e1c6fba88'

/** How people sign in: an e-mail address, or any other name. The same whatever its case. */
const username = z.string().normalize('NFKC').trim().toLowerCase().min(1).max(255)
const password = z.string().min(8).max(1024)
const status = z.enum(['available', 'away', 'busy', 'offline', 'ringing'])

/** Somebody who signs in and takes calls. Usernames are unique on the platform. */
export const agent = entity(
  'agent',
  {
    username: z.string().max(255),
    name: z.string().max(255),
    detail: z.string().max(4096),
    ring_method: z.enum(['ringall', 'linear']).describe('Addresses ring all at once, or one after the other'),
    status,
    permission: z.int().min(0).max(65_535).describe('The sum of 16 agent, 32 admin, 64 manager; project bits are below 16'),
    tag_ids: z.array(ref('tag')).max(100),
    addresses: z.array(address).max(50).describe('Where the agent is reached; within a customer each is one agent’s'),
    direct_hash: directHash().describe('Reaches the agent without saying who it is'),
    /** When the password was last set: what was signed in with an older one is over. Null: none was ever set. */
    tm_password: internal(timestamp().nullable()),
    /** Argon2id; empty: nobody can sign in before a password is set. */
    password_hash: secret(z.string().max(255)),
  },
  { get: 'getAgent' },
)
export type Agent = z.output<typeof agent>

const profile = agent.pick({ name: true, detail: true, ring_method: true })
const newAgent = z.object({
  username,
  password,
  name: profile.shape.name.default(''),
  detail: profile.shape.detail.default(''),
  ring_method: profile.shape.ring_method.default('ringall'),
  permission: agent.shape.permission,
  tag_ids: agent.shape.tag_ids.default([]),
  addresses: agent.shape.addresses.default([]),
})
const filters = {
  tag_ids: z.string().max(4096).default('').describe('Ids with commas between; agents with any of them'),
  status: z.union([status, z.literal('')]).default(''),
}
/** A password that was made for somebody, shown once. */
const madePassword = { username: z.string(), password: secret(z.string()) }

const told = event(agent, { public: true, topics: ['agent_id:{id}:agent:{id}'] })
const page = { default: 100, max: 100 }
const onlyAgents = ['agent'] as const

export const agentContract = defineContract({
  service: 'agent',
  events: { agent_created: told, agent_updated: told, agent_status_updated: told, agent_deleted: told },
  methods: {
    listAgents: query(pageOfCustomer.extend(filters), pageOf(agent)),
    getAgent: query(byId, agent),
    /** Whose address it is. @throws NOT_FOUND */
    getAgentByAddress: query(ofCustomer(z.object({ type: z.enum(addressTypes), target: z.string().min(1).max(255) })), agent),
    /** @throws USERNAME_TAKEN, ADDRESS_TAKEN, PERMISSION_DENIED for more than the caller may grant */
    createAgent: command(ofCustomer(newAgent), agent),
    updateAgent: mutation(byId.extend(profile.partial().shape), agent),
    updateAgentAddresses: mutation(byId.extend(agent.pick({ addresses: true }).shape), agent),
    updateAgentTagIds: mutation(byId.extend(agent.pick({ tag_ids: true }).shape), agent),
    updateAgentStatus: mutation(byId.extend({ status }), agent),
    /** @throws PERMISSION_DENIED, LAST_ADMIN */
    updateAgentPermission: mutation(byId.extend(agent.pick({ permission: true }).shape), agent),
    updateAgentPassword: command(byId.extend({ password }), agent),
    regenerateDirectHash: mutation(byId, agent),
    /** @throws LAST_ADMIN */
    deleteAgent: mutation(byId, agent),

    /**
     * Who signs in. Unknown name, wrong password and an agent without a password are one error after the same work.
     * @throws INVALID_CREDENTIALS; LOGIN_THROTTLED with `retry_after_seconds` in its details
     */
    authenticateAgent: command(
      z.object({
        username,
        password: z.string().max(1024),
        /** Network address of who tries. */
        source: z.string().max(64),
      }),
      agent,
    ),
    /** Mails a link to the agent of that name, if there is one. Answers the same for any other. */
    forgotPassword: mutation(z.object({ username }), z.object({})),
    /** @throws INVALID_TOKEN */
    resetPassword: command(z.object({ token: z.string().max(255), password }), z.object({})),

    /** First start: an administrator of the platform, unless there is an agent already. */
    seedAdmin: command(
      ofCustomer(z.object({ username, password: password.optional() })),
      z.object({ ...madePassword, created: z.boolean() }),
      {
        reveals: ['password'],
      },
    ),
    /** For operators: a new random password for whoever has lost every other way in. */
    replacePassword: command(z.object({ username }), z.object(madePassword), { reveals: ['password'] }),
  },
  api: {
    'POST /auth/password-forgot': {
      method: 'forgotPassword',
      permission: NoneChecked,
      identity: ['none'],
      summary: 'Mails a link to set a new password; the answer is the same for an unknown username',
    },
    'POST /auth/password-reset': {
      method: 'resetPassword',
      permission: NoneChecked,
      identity: ['none'],
      summary: 'Sets a new password with the token of the mailed link',
    },
    'GET /agents': { method: 'listAgents', permission: AdminOrManager, page },
    'POST /agents': { method: 'createAgent', permission: AdminOrManager },
    'GET /agents/:id': { method: 'getAgent', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id': { method: 'updateAgent', permission: AdminOrManager, owned: { id: 'agent' } },
    'DELETE /agents/:id': { method: 'deleteAgent', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id/addresses': { method: 'updateAgentAddresses', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id/tag_ids': { method: 'updateAgentTagIds', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id/status': { method: 'updateAgentStatus', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id/permission': { method: 'updateAgentPermission', permission: AdminOrManager, owned: { id: 'agent' } },
    'PUT /agents/:id/password': { method: 'updateAgentPassword', permission: AdminOrManager, owned: { id: 'agent' } },
    'POST /agents/:id/direct-hash-regenerate': { method: 'regenerateDirectHash', permission: AdminOrManager, owned: { id: 'agent' } },

    'GET /me': { method: 'getAgent', permission: AdminOrManager, identity: onlyAgents, scope: 'self' },
    'GET /service_agents/agents': { method: 'listAgents', permission: All, identity: onlyAgents, page },
    'GET /service_agents/agents/:id': { method: 'getAgent', permission: All, identity: onlyAgents, owned: { id: 'agent' } },
    'GET /service_agents/me': { method: 'getAgent', permission: NoneChecked, identity: onlyAgents, scope: 'self' },
    'PUT /service_agents/me': { method: 'updateAgent', permission: NoneChecked, identity: onlyAgents, scope: 'self' },
    'PUT /service_agents/me/addresses': { method: 'updateAgentAddresses', permission: NoneChecked, identity: onlyAgents, scope: 'self' },
    'PUT /service_agents/me/password': { method: 'updateAgentPassword', permission: NoneChecked, identity: onlyAgents, scope: 'self' },
    'PUT /service_agents/me/status': { method: 'updateAgentStatus', permission: NoneChecked, identity: onlyAgents, scope: 'self' },
  },
})
