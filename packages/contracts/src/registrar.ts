import { z } from 'zod'
import { defineContract, mutation, query } from './contract.ts'
import { directHash } from './direct.ts'
import { entity } from './entity.ts'
import { id, internal, secret } from './fields.ts'
import { byId, ofCustomer, pageFields, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager, NoneChecked } from './permission.ts'
import { registrarPort } from './switch-ports.ts'

/** What a phone or trunk is asked to prove its password with. Both at once would confuse phones that know one only. */
const digestAlgorithm = z.enum(['MD5', 'SHA-256'])
/** H(username:realm:password) of each algorithm, made when the password is set. As good as the password, in this realm. */
const hashes = { ha1_md5: secret(z.string().max(32)), ha1_sha256: secret(z.string().max(64)) }
const realm = internal(z.string().max(255))
const password = z.string().min(8).max(255)

/** A phone's account: registers as `<extension>@<customer id>.registrar.<base domain>`. */
export const extension = entity(
  'extension',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    /** What is dialled, and the phone's user name. */
    extension: z.string().max(64),
    /** The customer's id. */
    domain_name: z.string().max(36),
    username: z.string().max(64),
    /** Reaches the extension without saying which it is. */
    direct_hash: directHash(),
    digest_algorithm: digestAlgorithm,
    realm,
    /** `<extension>@<realm>`: each once. */
    sip_address: internal(z.string().max(255)),
    ...hashes,
  },
  { get: 'getExtension' },
)
export type Extension = z.output<typeof extension>

export const authTypes = z.enum(['basic', 'ip'])

/** Another switch: calls in as `<domain_name>.trunk.<base domain>`, by password or by address. */
export const trunk = entity(
  'trunk',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    /** Unlike that of any other trunk of the platform, and for good. */
    domain_name: z.string().max(31),
    auth_types: z.array(authTypes).max(2),
    /** For `basic`. */
    username: z.string().max(64),
    /** For `ip`: single addresses. */
    allowed_ips: z.array(z.string().max(45)).max(100),
    digest_algorithm: digestAlgorithm,
    realm,
    ...hashes,
  },
  { get: 'getTrunk' },
)
export type Trunk = z.output<typeof trunk>

/** Neither `+` nor a colon: `+15551234` and `agent:…` are dialled for something else. */
const extensionName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, dots, underscores or hyphens')
const profile = { name: z.string().max(255), detail: z.string().max(4096) }
const newExtension = z.object({
  name: profile.name.default(''),
  detail: profile.detail.default(''),
  extension: extensionName,
  /** Empty: one is made. */
  password: z.union([password, z.literal('')]).default(''),
  digest_algorithm: digestAlgorithm.default('MD5'),
})
const changedExtension = z.object({
  name: profile.name.optional(),
  detail: profile.detail.optional(),
  /** Empty: as it is. */
  password: z.union([password, z.literal('')]).default(''),
  digest_algorithm: digestAlgorithm.optional(),
})

const trunkUser = z.string().regex(/^[A-Za-z0-9._+-]{0,64}$/, 'must be letters, digits, dots, plus signs, underscores or hyphens')
const trunkAuth = {
  auth_types: z.array(authTypes).max(2),
  username: trunkUser,
  allowed_ips: z.array(z.union([z.ipv4(), z.ipv6().toLowerCase()])).max(100),
}
const newTrunk = z.object({
  name: profile.name.default(''),
  detail: profile.detail.default(''),
  domain_name: z
    .string()
    .regex(/^[a-zA-Z][a-zA-Z0-9.-]{1,30}$/, 'must be a letter, then 1 to 30 letters, digits, dots or hyphens')
    .toLowerCase(),
  auth_types: trunkAuth.auth_types.default([]),
  username: trunkAuth.username.default(''),
  password: z.union([password, z.literal('')]).default(''),
  allowed_ips: trunkAuth.allowed_ips.default([]),
  digest_algorithm: digestAlgorithm.default('MD5'),
})
const changedTrunk = z.object({
  name: profile.name.optional(),
  detail: profile.detail.optional(),
  auth_types: trunkAuth.auth_types.optional(),
  username: trunkAuth.username.optional(),
  /** Empty: as it is. */
  password: z.union([password, z.literal('')]).default(''),
  allowed_ips: trunkAuth.allowed_ips.optional(),
  digest_algorithm: digestAlgorithm.optional(),
})

/** With the password, shown once and stored nowhere. */
const revealed = { password: secret(z.string()) }
const ofAgent = z.object({ customer_id: id(), owner_id: id() })
const page = { default: 100, max: 100 }

export const registrarContract = defineContract({
  service: 'registrar',
  events: {
    extension_created: extension,
    extension_updated: extension,
    extension_deleted: extension,
    trunk_created: trunk,
    trunk_updated: trunk,
    trunk_deleted: trunk,
  },
  methods: {
    ...registrarPort.methods,
    listExtensions: query(pageOfCustomer, pageOf(extension)),
    getExtension: query(byId, extension),
    /** By what is dialled. @throws NOT_FOUND */
    getExtensionByName: query(ofCustomer(z.object({ extension: z.string().max(255) })), extension),
    /** @throws EXTENSION_TAKEN, EXTENSION_LIMIT */
    createExtension: mutation(ofCustomer(newExtension), extension.extend(revealed), { reveals: ['password'] }),
    /** For the first start: made once, and never again. `password` is empty where it was made before. */
    seedExtension: mutation(
      z.object({ id: id(), customer_id: id(), extension: z.string().max(64), name: z.string().max(255) }),
      z.object({ created: z.boolean(), password: secret(z.string()) }),
      { reveals: ['password'] },
    ),
    updateExtension: mutation(byId.extend(changedExtension.shape), extension),
    regenerateExtensionHash: mutation(byId, extension),
    deleteExtension: mutation(byId, extension),
    /** Those among an agent's addresses. */
    listAgentExtensions: query(ofAgent.extend(pageFields), pageOf(extension)),
    /** @throws NOT_FOUND where it is not among them */
    getAgentExtension: query(ofAgent.extend(byId.shape), extension),

    listTrunks: query(pageOfCustomer, pageOf(trunk)),
    getTrunk: query(byId, trunk),
    /** @throws DOMAIN_NAME_TAKEN, TRUNK_LIMIT */
    createTrunk: mutation(ofCustomer(newTrunk), trunk.extend(revealed), { reveals: ['password'] }),
    updateTrunk: mutation(byId.extend(changedTrunk.shape), trunk),
    deleteTrunk: mutation(byId, trunk),
  },
  api: {
    'GET /extensions': { method: 'listExtensions', permission: AdminOrManager, page },
    'POST /extensions': { method: 'createExtension', permission: AdminOrManager },
    'GET /extensions/:id': { method: 'getExtension', permission: AdminOrManager, owned: { id: 'extension' } },
    'PUT /extensions/:id': { method: 'updateExtension', permission: AdminOrManager, owned: { id: 'extension' } },
    'DELETE /extensions/:id': { method: 'deleteExtension', permission: AdminOrManager, owned: { id: 'extension' } },
    'POST /extensions/:id/direct-hash-regenerate': {
      method: 'regenerateExtensionHash',
      permission: AdminOrManager,
      owned: { id: 'extension' },
    },
    'GET /service_agents/extensions': {
      method: 'listAgentExtensions',
      permission: NoneChecked,
      identity: ['agent'],
      scope: 'agent',
      page,
    },
    'GET /service_agents/extensions/:id': {
      method: 'getAgentExtension',
      permission: NoneChecked,
      identity: ['agent'],
      scope: 'agent',
    },
    'GET /trunks': { method: 'listTrunks', permission: AdminOrManager, page },
    'POST /trunks': { method: 'createTrunk', permission: AdminOrManager },
    'GET /trunks/:id': { method: 'getTrunk', permission: AdminOrManager, owned: { id: 'trunk' } },
    'PUT /trunks/:id': { method: 'updateTrunk', permission: AdminOrManager, owned: { id: 'trunk' } },
    'DELETE /trunks/:id': { method: 'deleteTrunk', permission: AdminOrManager, owned: { id: 'trunk' } },
  },
})
