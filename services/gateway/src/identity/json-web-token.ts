import { hash } from 'node:crypto'
import { type Agent, agentContract } from '@voipbin/contracts/agent'
import { type Customer, customerContract } from '@voipbin/contracts/customer'
import { type Direct, directContract } from '@voipbin/contracts/direct'
import { unlessGone } from '@voipbin/contracts/errors'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { permissions } from '@voipbin/contracts/permission'
import { type Clients, type Clock, watch } from '@voipbin/service-kit'
import { isAccessKey } from './access-key.ts'
import { type Caller, type CredentialKind, invalidCredentials } from './caller.ts'
import { createRecentCallers, forgetCustomers, type Known } from './recent-callers.ts'
import type { Claims, Tokens } from './tokens.ts'

type Parts = { readonly client: Clients; readonly clock: Pick<Clock, 'now'>; readonly tokens: Tokens }
type ClaimsOf<T extends Claims['type']> = Extract<Claims, { type: T }>

/** When an agent's password was set, as its tokens say it: another one since, and they open nothing. */
export const passwordTimeOf = ({ tm_password }: Pick<Agent, 'tm_password'>): string => tm_password ?? ''

/**
 * JSON Web Tokens: cookie or query `token`, or `Authorization: Bearer …`. A token says who somebody is; what they may do, and whether
 * they still are somebody, is asked of those who know.
 */
export function createJsonWebTokens({ client, clock, tokens }: Parts): CredentialKind {
  const state = createState(client)

  async function look(token: string): Promise<Known | undefined> {
    const claims = await tokens.verify(token)
    const caller = claims && (await state.callerOf(claims))
    return caller && { caller, keyId: caller.actor.id, expiresAtMs: claims.exp * 1000 }
  }

  const recent = createRecentCallers({ now: clock.now, look })
  const forgetAgent = ({ data }: { data: { id: string } }) => recent.forget(({ keyId }) => keyId === data.id)
  const forgetDirect = ({ data }: { data: Direct }) => recent.forget(({ keyId }) => keyId === data.resource_id)

  return {
    find: ({ cookie, query, bearer }) =>
      cookie('token') ?? query('token') ?? (bearer !== undefined && !isAccessKey(bearer) ? bearer : undefined),
    async authenticate(token) {
      const caller = await recent.of(hash('sha256', token, 'hex'), token)
      if (!caller) throw invalidCredentials()
      return caller
    },
    watches: [
      watch(agentContract, 'agent_updated', forgetAgent),
      watch(agentContract, 'agent_deleted', forgetAgent),
      watch(directContract, 'direct_regenerated', forgetDirect),
      watch(directContract, 'direct_deleted', forgetDirect),
      ...forgetCustomers(recent),
      watch(gatewayContract, 'signing_key_deleted', () => recent.forget(() => true)),
    ],
  }
}

/** What is true of a token's holder now. */
function createState(client: Clients): { callerOf(claims: Claims): Promise<Caller | undefined> } {
  const agents = client(agentContract)
  const customers = client(customerContract)
  const directs = client(directContract)
  const directOf = (hash: string): Promise<Direct | undefined> => unlessGone(directs.getDirectByHash({ hash }))
  const agentOf = (id: string): Promise<Agent | undefined> => unlessGone(agents.getAgent({ id }))
  /** A customer that is not verified yet has no one who speaks for it. */
  const customerOf = async (id: string): Promise<Customer | undefined> => {
    const customer = await unlessGone(customers.getCustomer({ id }))
    return customer?.status === 'initial' ? undefined : customer
  }

  async function agentCaller(claims: ClaimsOf<'agent'>): Promise<Caller | undefined> {
    const [agent, customer] = await Promise.all([agentOf(claims.agent.id), customerOf(claims.agent.customer_id)])
    if (!agent || !customer || agent.customer_id !== customer.id || passwordTimeOf(agent) !== claims.password_time) return undefined
    const { id, customer_id, permission } = agent
    return { actor: { kind: 'agent', id, customer_id, permission }, resourceTypes: [], ...standingOf(customer) }
  }

  /** A delegate is as much worth as who sent it: a superadmin still, with the same password. */
  async function delegateCaller(claims: ClaimsOf<'delegate'>): Promise<Caller | undefined> {
    const [agent, customer] = await Promise.all([agentOf(claims.sub), customerOf(claims.customer_id)])
    if (!agent || !customer || passwordTimeOf(agent) !== claims.password_time) return undefined
    if ((agent.permission & permissions.projectSuperAdmin) === 0) return undefined
    const actor = { kind: 'delegate', id: agent.id, customer_id: customer.id, permission: permissions.customerAdmin } as const
    return { actor, resourceTypes: [], ...standingOf(customer) }
  }

  async function directCaller({ direct }: ClaimsOf<'direct'>): Promise<Caller | undefined> {
    const [held, customer] = await Promise.all([directOf(direct.hash), customerOf(direct.customer_id)])
    if (!customer || held?.resource_id !== direct.resource_id || held.customer_id !== customer.id) return undefined
    const actor = { kind: 'direct', id: direct.resource_id, customer_id: customer.id, permission: permissions.none } as const
    return { actor, resourceTypes: direct.allowed_resource_types, ...standingOf(customer) }
  }

  return {
    callerOf(claims) {
      if (claims.type === 'agent') return agentCaller(claims)
      return claims.type === 'delegate' ? delegateCaller(claims) : directCaller(claims)
    },
  }
}

const standingOf = ({ status, tm_deletion_scheduled }: Customer) => ({ customerStatus: status, frozenAt: tm_deletion_scheduled })
