import { isIP } from 'node:net'

/** What a host in a request means. */
export type Domain =
  /** The phones of a customer. */
  | { readonly kind: 'customer'; readonly customerId: string; readonly realm: string }
  | { readonly kind: 'trunk'; readonly name: string; readonly realm: string }
  /** `sip.`: numbers and direct hashes, for anybody. */
  | { readonly kind: 'public' }
  /** `pstn.` and `conference.`: for carriers. */
  | { readonly kind: 'carrier' }
  /** This machine by address or name, no tenant. */
  | { readonly kind: 'bare' }
  | { readonly kind: 'unknown' }

export type DomainSettings = { readonly baseDomain: string; readonly hostNames: string }

const CUSTOMER = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.registrar$/
const TRUNK = /^([a-z][a-z0-9.-]{1,30})\.trunk$/

export const realmOfCustomer = (customerId: string, { baseDomain }: Pick<DomainSettings, 'baseDomain'>) =>
  `${customerId}.registrar.${baseDomain}`
export const realmOfTrunk = (name: string, { baseDomain }: Pick<DomainSettings, 'baseDomain'>) => `${name}.trunk.${baseDomain}`

/** The domains of the platform, all under one. */
export function createDomains(settings: DomainSettings): (host: string) => Domain {
  const { baseDomain } = settings
  const bare = new Set(['localhost', baseDomain, ...settings.hostNames.split(',').map((name) => name.trim().toLowerCase())])

  return (written) => {
    const host = written.toLowerCase().replace(/\.$/, '')
    if (isIP(host) !== 0 || bare.has(host)) return { kind: 'bare' }
    if (!host.endsWith(`.${baseDomain}`)) return { kind: 'unknown' }
    const name = host.slice(0, -baseDomain.length - 1)
    const customerId = CUSTOMER.exec(name)?.[1]
    if (customerId !== undefined) return { kind: 'customer', customerId, realm: host }
    const trunk = TRUNK.exec(name)?.[1]
    if (trunk !== undefined) return { kind: 'trunk', name: trunk, realm: host }
    if (name === 'sip') return { kind: 'public' }
    return name === 'pstn' || name === 'conference' ? { kind: 'carrier' } : { kind: 'unknown' }
  }
}
