import { createHmac } from 'node:crypto'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { permissions } from '@voipbin/contracts/permission'
import { formatTime } from '@voipbin/contracts/time'
import { expect } from 'vitest'
import { type Answered, administrator, type RunningPlatform, type Sent } from './running-platform.ts'

export type Member = {
  readonly id: string
  readonly username: string
  readonly password: string
  readonly token: string
  readonly permission: number
}
/** A customer with everybody who can speak for it, made through the API. */
export type Tenant = {
  readonly id: string
  readonly name: string
  readonly key: string
  readonly keyId: string
  readonly delegate: string
  readonly admin: Member
  readonly manager: Member
  readonly agent: Member
  readonly nobody: Member
}

/** A request that must be done. */
export async function insist<T = Readonly<Record<string, unknown>>>(
  platform: RunningPlatform,
  verb: string,
  path: string,
  sent: Sent,
): Promise<T> {
  const answer = await platform.send(verb, path, sent)
  const isDone = answer.status === 200 || answer.status === 201
  expect([verb, path, answer.status, answer.text]).toEqual([verb, path, isDone ? answer.status : 200, expect.any(String)])
  return answer.body as T
}

export async function logIn(platform: RunningPlatform, username: string, password: string): Promise<string> {
  return (await insist<{ token: string }>(platform, 'POST', '/auth/login', { json: { username, password } })).token
}

export const logInSuperAdmin = (platform: RunningPlatform) => logIn(platform, administrator.username, administrator.password)

let count = 0

export async function makeTenant(platform: RunningPlatform, superAdmin: string): Promise<Tenant> {
  const name = `tenant${++count}`
  const webhook = { webhook_uri: platform.receiverUrl, webhook_method: 'POST' }
  const { id } = await insist<{ id: string }>(platform, 'POST', '/v1.0/customers', { bearer: superAdmin, json: { name, ...webhook } })
  const wish = { customer_id: id, reason: 'A tenant for a test' }
  const { token: delegate } = await insist<{ token: string }>(platform, 'POST', '/auth/delegate', { bearer: superAdmin, json: wish })
  const key = await makeKey(platform, delegate)
  const member = (role: keyof typeof permissions) =>
    makeMember(platform, delegate, `${role.toLowerCase()}@${name}.example.com`, permissions[role])
  const [admin, manager, agent, nobody] = await Promise.all([
    member('customerAdmin'),
    member('customerManager'),
    member('customerAgent'),
    member('none'),
  ])
  await platform.settle()
  return { id, name, key: key.token, keyId: key.id, delegate, admin, manager, agent, nobody }
}

export const makeKey = (platform: RunningPlatform, bearer: string, expire = 86_400): Promise<{ id: string; token: string }> =>
  insist(platform, 'POST', '/v1.0/accesskeys', { bearer, json: { expire } })

export async function makeMember(platform: RunningPlatform, bearer: string, username: string, permission: number): Promise<Member> {
  const password = `password of ${username}`
  const { id } = await insist<{ id: string }>(platform, 'POST', '/v1.0/agents', { bearer, json: { username, password, permission } })
  return { id, username, password, permission, token: await logIn(platform, username, password) }
}

/** Signs with the platform's key what no route gives out: tokens of visitors, and tokens of another time. */
export async function signToken(platform: RunningPlatform, claims: Readonly<Record<string, unknown>>, ageMs = 0): Promise<string> {
  const { result } = await platform.system.client(gatewayContract).listSigningKeys({})
  const [key] = result
  if (!key) throw new TypeError('The platform has no signing key')
  return sign(claims, { kid: key.id, octets: Buffer.from(key.key, 'base64url'), nowMs: platform.system.clock.now() - ageMs })
}

type Signing = { readonly kid: string; readonly octets: Buffer; readonly nowMs: number }
const LIFE_SECONDS = 3600

/** A JSON Web Token (RFC 7519), HS256. */
export function sign(claims: Readonly<Record<string, unknown>>, { kid, octets, nowMs }: Signing): string {
  const iat = Math.floor(nowMs / 1000)
  const exp = iat + LIFE_SECONDS
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${encode({ ...claims, iat, exp, expire: formatTime(exp * 1_000_000) })}`
  return `${signed}.${createHmac('sha256', octets).update(signed).digest('base64url')}`
}

export const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>

/** A token of somebody who came by an agent's direct hash, opening operations that name one of `opens`. */
export async function visitorToken(
  platform: RunningPlatform,
  { delegate, id: customer_id }: Pick<Tenant, 'delegate' | 'id'>,
  opens: readonly string[],
): Promise<string> {
  const { id, direct_hash: hash } = await someAgent(platform, delegate)
  const direct = { customer_id, resource_type: 'agent', resource_id: id, hash, allowed_resource_types: opens }
  return signToken(platform, { type: 'direct', direct })
}

/** The same, after the hash was renewed. */
export async function formerVisitorToken(platform: RunningPlatform, tenant: Tenant): Promise<string> {
  const token = await visitorToken(platform, tenant, [])
  const { direct } = claimsOf(token) as { direct: { resource_id: string } }
  await insist(platform, 'POST', `/v1.0/agents/${direct.resource_id}/direct-hash-regenerate`, { bearer: tenant.delegate })
  return token
}

async function someAgent(platform: RunningPlatform, bearer: string): Promise<{ id: string; direct_hash: string }> {
  const json = { username: `${crypto.randomUUID()}@example.com`, password: 'never used', permission: 0 }
  const agent = await insist<{ id: string; direct_hash: string }>(platform, 'POST', '/v1.0/agents', { bearer, json })
  await platform.settle()
  return agent
}

export const reasonOf = ({ body }: Answered): string => String((body['error'] as { reason?: string } | undefined)?.reason ?? '')
