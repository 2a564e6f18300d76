import type { MethodInput, MethodOutput } from '@voipbin/contracts/contract'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Trunk } from '@voipbin/contracts/registrar'
import type { registrarPort } from '@voipbin/contracts/switch-ports'
import type { Domain } from './domains.ts'

export type Asked = MethodInput<typeof registrarPort, 'identifySource'>
export type Verdict = MethodOutput<typeof registrarPort, 'identifySource'>
type Algorithm = Verdict['algorithm']

/** What the rules need to know, each asked only when its turn comes. */
export type Facts = {
  readonly domainOf: (host: string) => Domain
  /** Realm of phones that are set to an address of this machine. */
  readonly defaultRealm: Extract<Domain, { kind: 'customer' }>
  readonly isCarrier: (address: string) => boolean
  readonly trunkByName: (name: string) => Promise<Trunk | undefined>
  /** The trunk that an address stands for; undefined where it stands for none, or for several. */
  readonly trunkByAddress: (address: string) => Promise<Trunk | undefined>
  /** What a user of a customer is asked to prove the password with; the same for whom there is not. */
  readonly algorithmOf: (customerId: string, user: string) => Promise<Algorithm>
  readonly hasExtension: (realm: string, user: string) => Promise<boolean>
  /** Whether a phone is registered from an address and port: others behind the same NAT, or on the same machine, are not it. */
  readonly isRegisteredFrom: (source: string) => Promise<boolean>
  /** Whose direct hash or number it is, that takes calls from anybody. */
  readonly publicOwner: (user: string) => Promise<string | undefined>
}

/**
 * For whom a request outside of a dialog is taken, by where it comes from and whom it is for. The order of the rules is the promise:
 * in a customer's or trunk's domain, that one's credentials; at an address of this machine (1) the trunk behind the source address,
 * (2) a challenge for who is or seems one of our phones, (3) anonymous calls to what is open to all, (4) a challenge.
 * A user, trunk or customer that does not exist gets what an existing one would.
 */
export async function identify(asked: Asked, facts: Facts): Promise<Verdict> {
  const domain = facts.domainOf(asked.host)
  if (domain.kind === 'customer') return challenge(domain, asked, facts)
  if (domain.kind === 'trunk') return atTrunk(domain, asked, facts)
  if (domain.kind === 'public') return (await anonymous(asked, facts)) ?? unknownDomain
  if (domain.kind === 'carrier') return asked.method !== 'REGISTER' && facts.isCarrier(asked.source_ip) ? carrier : unknownDomain
  return domain.kind === 'bare' ? atBareHost(asked, facts) : unknownDomain
}

async function atTrunk(domain: Extract<Domain, { kind: 'trunk' }>, asked: Asked, facts: Facts): Promise<Verdict> {
  const trunk = await facts.trunkByName(domain.name)
  const isByAddress = trunk?.auth_types.includes('ip') && trunk.allowed_ips.includes(asked.source_ip)
  if (trunk && isByAddress && asked.method !== 'REGISTER') return identified(trunk)
  return { ...nobody, verdict: 'challenge', realm: domain.realm, algorithm: trunk?.digest_algorithm ?? 'MD5' }
}

async function atBareHost(asked: Asked, facts: Facts): Promise<Verdict> {
  const { source_ip, source, from_user, method } = asked
  if (method === 'REGISTER') return challenge(facts.defaultRealm, asked, facts)
  // What the operator says of an address counts before what a customer does: else it could have everybody's calls come to it.
  if (facts.isCarrier(source_ip)) return carrier
  const trunk = await facts.trunkByAddress(source_ip)
  if (trunk) return identified(trunk)
  const isOurs = (await facts.hasExtension(facts.defaultRealm.realm, from_user)) || (await facts.isRegisteredFrom(source))
  const open = isOurs ? undefined : await anonymous(asked, facts)
  return open ?? challenge(facts.defaultRealm, asked, facts)
}

async function challenge({ customerId, realm }: Facts['defaultRealm'], { from_user }: Asked, facts: Facts): Promise<Verdict> {
  return { ...nobody, verdict: 'challenge', realm, algorithm: await facts.algorithmOf(customerId, from_user) }
}

async function anonymous({ method, to_user }: Asked, { publicOwner }: Facts): Promise<Verdict | undefined> {
  const customer_id = method === 'INVITE' ? await publicOwner(to_user) : undefined
  return customer_id === undefined ? undefined : { ...nobody, verdict: 'anonymous', customer_id }
}

const nobody = { realm: '', algorithm: 'MD5', customer_id: NIL_ID, identity_id: NIL_ID } as const
const unknownDomain: Verdict = { ...nobody, verdict: 'unknown_domain' }
/** The platform's own: the number says whose the call is. */
const carrier: Verdict = { ...nobody, verdict: 'trunk' }
const identified = ({ customer_id, id }: Trunk): Verdict => ({ ...nobody, verdict: 'trunk', customer_id, identity_id: id })
