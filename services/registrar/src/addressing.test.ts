import { NIL_ID } from '@voipbin/contracts/fields'
import type { Trunk } from '@voipbin/contracts/registrar'
import { expect, test } from 'vitest'
import { type Asked, type Facts, identify } from './addressing.ts'
import { createDomains } from './domains.ts'

const A = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
const D = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd'
const realmOf = (id: string) => `${id}.registrar.voipbin.test`
const trunk: Trunk = {
  ...{
    id: '33333333-3333-4333-8333-333333333333',
    customer_id: A,
    name: '',
    detail: '',
    domain_name: 'acme',
    realm: 'acme.trunk.voipbin.test',
  },
  ...{
    auth_types: ['basic', 'ip'],
    username: 'u',
    allowed_ips: ['198.51.100.7'],
    digest_algorithm: 'SHA-256',
    ha1_md5: 'x',
    ha1_sha256: 'y',
  },
  ...{ tm_create: '', tm_update: null, tm_delete: null, version: 1 },
}
const domainOf = createDomains({ baseDomain: 'voipbin.test', hostNames: 'pbx.local, PBX' })
const facts: Facts = {
  domainOf,
  defaultRealm: { kind: 'customer', customerId: D, realm: realmOf(D) },
  isCarrier: (address) => address.startsWith('203.0.113.'),
  trunkByName: async (name) => (name === 'acme' ? trunk : undefined),
  trunkByAddress: async (address) => (['198.51.100.7', '203.0.113.2'].includes(address) ? trunk : undefined),
  algorithmOf: async (_customerId, user) => (user === 'strong' ? 'SHA-256' : 'MD5'),
  hasExtension: async (realm, user) => realm === realmOf(D) && user === '1000',
  isRegisteredFrom: async (source) => source === 'udp:192.0.2.50:5062',
  publicOwner: async (user) => (user === '+15551234' || user === 'direct.0123456789ab' ? A : undefined),
}
const asked: Asked = {
  source_ip: '192.0.2.7',
  source: 'udp:192.0.2.7:5060',
  host: '10.0.0.1',
  from_user: 'x',
  to_user: 'y',
  method: 'INVITE',
}
const challenge = (realm: string, algorithm = 'MD5') => ({ verdict: 'challenge', realm, algorithm })
const byTrunk = { verdict: 'trunk', customer_id: A, identity_id: trunk.id }
const byCarrier = { verdict: 'trunk', customer_id: NIL_ID, identity_id: NIL_ID }
const anonymous = { verdict: 'anonymous', customer_id: A, identity_id: NIL_ID }
const unknown = { verdict: 'unknown_domain' }

test.each<[string, Partial<Asked>, object]>([
  ["a customer's domain", { host: realmOf(A) }, challenge(realmOf(A))],
  ["a customer's domain, whose user wants SHA-256", { host: realmOf(A), from_user: 'strong' }, challenge(realmOf(A), 'SHA-256')],
  [
    "a customer's domain, whatever is called and from where",
    { host: realmOf(A), to_user: '+15551234', source_ip: '198.51.100.7' },
    challenge(realmOf(A)),
  ],
  ["a trunk's domain from its address", { host: 'acme.trunk.voipbin.test', source_ip: '198.51.100.7' }, byTrunk],
  ["a trunk's domain from elsewhere", { host: 'ACME.trunk.voipbin.test.' }, challenge('acme.trunk.voipbin.test', 'SHA-256')],
  [
    "a trunk's domain, to register",
    { host: 'acme.trunk.voipbin.test', source_ip: '198.51.100.7', method: 'REGISTER' },
    challenge('acme.trunk.voipbin.test', 'SHA-256'),
  ],
  ['a trunk that is not there', { host: 'none.trunk.voipbin.test' }, challenge('none.trunk.voipbin.test')],
  ['sip. to a number with a flow', { host: 'sip.voipbin.test', to_user: '+15551234' }, anonymous],
  ['sip. to a direct hash', { host: 'sip.voipbin.test', to_user: 'direct.0123456789ab' }, anonymous],
  ['sip. to anything else', { host: 'sip.voipbin.test' }, unknown],
  ['sip. with no INVITE', { host: 'sip.voipbin.test', to_user: '+15551234', method: 'MESSAGE' }, unknown],
  ['pstn. from a carrier', { host: 'pstn.voipbin.test', source_ip: '203.0.113.1' }, byCarrier],
  ['pstn. from anybody', { host: 'pstn.voipbin.test' }, unknown],
  ['conference. from anybody', { host: 'conference.voipbin.test' }, unknown],
  ['another name under the base domain', { host: 'www.voipbin.test' }, unknown],
  ["somebody else's domain", { host: 'example.com' }, unknown],
  ['no domain at all', { host: '' }, unknown],
  // (1)
  ['an address, from a trunk', { source_ip: '198.51.100.7', to_user: '+15551234' }, byTrunk],
  ['an address, from a carrier', { source_ip: '203.0.113.1' }, byCarrier],
  ['an address, from a carrier, which a trunk says it is', { source_ip: '203.0.113.2', to_user: '+15551234' }, byCarrier],
  // (2)
  ['an address, from an extension of the default customer', { from_user: '1000', to_user: '+15551234' }, challenge(realmOf(D))],
  ['an address, from where a phone is registered', { source: 'udp:192.0.2.50:5062', to_user: '+15551234' }, challenge(realmOf(D))],
  [
    "an address, from another port than a phone's",
    { source_ip: '192.0.2.50', source: 'udp:192.0.2.50:9', to_user: '+15551234' },
    anonymous,
  ],
  // (3)
  ['an address, to a number with a flow', { to_user: '+15551234' }, anonymous],
  ['a name of this machine, to a direct hash', { host: 'pbx', to_user: 'direct.0123456789ab' }, anonymous],
  // (4)
  ['an address', {}, challenge(realmOf(D))],
  ['localhost, no INVITE', { host: 'localhost', to_user: '+15551234', method: 'SUBSCRIBE' }, challenge(realmOf(D))],
  ['the base domain', { host: 'voipbin.test' }, challenge(realmOf(D))],
  ['an IPv6 address', { host: '2001:db8::1', from_user: 'strong' }, challenge(realmOf(D), 'SHA-256')],
  ["an address, to register from a trunk's", { source_ip: '198.51.100.7', method: 'REGISTER' }, challenge(realmOf(D))],
])('identify() at %s', async (_name, fields, expected) => {
  expect(await identify({ ...asked, ...fields }, facts)).toMatchObject(expected)
})
