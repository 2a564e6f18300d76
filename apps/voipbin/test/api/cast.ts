import { createHash } from 'node:crypto'
import type { RunningPlatform } from './running-platform.ts'
import {
  claimsOf,
  formerVisitorToken,
  insist,
  logInSuperAdmin,
  makeKey,
  makeMember,
  makeTenant,
  sign,
  signToken,
  type Tenant,
  visitorToken,
} from './tenants.ts'

/** Everybody who may turn up at the API. */
export type Cast = {
  readonly superAdmin: string
  /** Whom the attacks are on. */
  readonly acme: Tenant
  readonly other: Tenant
  readonly frozen: Tenant
  readonly frozenAt: string
  /** Credentials that open nothing, by what is wrong with them. */
  readonly broken: Readonly<Record<string, string>>
  /** A token of a visitor of acme's, for a type of resource that no operation names. */
  readonly visitor: string
}

const A_WEEK_AND_MORE_MS = 8 * 86_400_000

export async function makeCast(platform: RunningPlatform): Promise<Cast> {
  const superAdmin = await logInSuperAdmin(platform)
  const acme = await makeTenant(platform, superAdmin)
  const other = await makeTenant(platform, superAdmin)
  const frozen = await makeTenant(platform, superAdmin)
  const gone = await makeTenant(platform, superAdmin)
  const broken = await makeBroken(platform, acme, gone)
  const as = { bearer: superAdmin }
  const { tm_deletion_scheduled: frozenAt } = await insist<{ tm_deletion_scheduled: string }>(
    ...([platform, 'POST', `/v1.0/customers/${frozen.id}/freeze`, as] as const),
  )
  await insist(platform, 'DELETE', `/v1.0/customers/${gone.id}`, as)
  const visitor = await visitorToken(platform, acme, ['a type that nobody names'])
  await platform.settle()
  return { superAdmin, acme, other, frozen, frozenAt, broken, visitor }
}

async function makeBroken(platform: RunningPlatform, acme: Tenant, gone: Tenant): Promise<Record<string, string>> {
  const { admin, delegate, id } = acme
  const revoked = await makeKey(platform, delegate)
  await insist(platform, 'DELETE', `/v1.0/accesskeys/${revoked.id}`, { bearer: delegate })
  const left = await makeMember(platform, delegate, `left@${id}.example.com`, 32)
  await insist(platform, 'DELETE', `/v1.0/agents/${left.id}`, { bearer: delegate })
  const changed = await makeMember(platform, delegate, `changed@${id}.example.com`, 32)
  await insist(platform, 'PUT', `/v1.0/agents/${changed.id}/password`, { bearer: delegate, json: { password: 'another password' } })
  const claims = claimsOf(admin.token)
  const { kid } = JSON.parse(Buffer.from(admin.token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
  const [head = '', payload = '', signature = ''] = admin.token.split('.')
  const forger = createHash('sha256').update('a key of somebody else').digest()
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    'no token at all': 'rubbish',
    'three parts of nothing': 'x.y.z',
    'an expired token': await signToken(platform, claims, A_WEEK_AND_MORE_MS),
    'a token signed by another': sign(claims, { kid, octets: forger, nowMs: platform.system.clock.now() }),
    'a token signed by nobody': `${encode({ alg: 'none', typ: 'JWT', kid })}.${payload}.`,
    'a token whose permission was raised': `${head}.${encode({ ...claims, agent: { ...(claims['agent'] as object), permission: 65_535 } })}.${signature}`,
    'a token of an agent who is deleted': left.token,
    'a token of before the password was changed': changed.token,
    'a delegate of a customer who is deleted': gone.delegate,
    'a visitor of a hash that was renewed': await formerVisitorToken(platform, acme),
    'a revoked access key': revoked.token,
    'an access key of a customer who is deleted': gone.key,
    'an access key that never was': `vb_${'x'.repeat(32)}`,
  }
}
