import { z } from 'zod'
import { codecNames, dialroute } from './call-entities.ts'
import { command, defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, timestamp } from './fields.ts'
import { byId, pageFields, pageOf } from './page.ts'
import { ProjectSuperAdmin } from './permission.ts'
import { providercallApi, providercallEvents, providercallMethods } from './route-providercalls.ts'

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a SIP header')
const headerValue = z
  .string()
  .max(1024)
  .regex(/^[^\r\n\0]*$/, 'must be one line')
/** What may stand before or behind a number in a SIP URI. */
const affix = z
  .string()
  .max(32)
  .regex(/^[0-9A-Za-z+*#_.-]*$/, 'must be digits, letters, +, *, #, _, . or -')
const host = /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/

/** A carrier that takes calls for the telephone network. Providers are the platform's, no customer's. */
export const provider = entity(
  'provider',
  {
    type: z.enum(['sip']),
    hostname: z.string().max(255).regex(host, 'must be a host name or address, with its port or without').describe('Where calls are sent'),
    tech_prefix: affix.describe('Stands before the number'),
    tech_postfix: affix.describe('Stands behind the number'),
    tech_headers: z.record(headerName, headerValue).describe('SIP headers of each call'),
    codecs: codecNames.describe('Best first, with commas between; empty: those of the switch'),
    name: z.string().max(255),
    detail: z.string().max(4096),
    metadata: z.record(z.string().max(255), z.unknown()).nullable(),
    health_status: z.enum(['unknown', 'healthy', 'unhealthy']).describe('Whether it answers to SIP OPTIONS'),
    health_checked_at: timestamp().nullable(),
  },
  { get: 'getProvider' },
)
export type Provider = z.output<typeof provider>

const target = z.string().regex(/^(all|\+[1-9][0-9]{0,14})$/, 'must be "all", or + and how numbers begin, such as +82')

/** Calls of a customer to numbers that begin so go over this provider. Those of customer …0001 are everybody's fallback. */
export const route = entity(
  'route',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    provider_id: id(),
    priority: z.int().min(0).max(1_000_000).describe('The lowest is tried first'),
    target: target.describe('How numbers begin, such as +82, or all'),
  },
  { get: 'getRoute' },
)
export type Route = z.output<typeof route>

const newProvider = z.object({
  ...provider.pick({ type: true, hostname: true, name: true }).shape,
  detail: provider.shape.detail.default(''),
  tech_prefix: affix.default(''),
  tech_postfix: affix.default(''),
  tech_headers: provider.shape.tech_headers.default({}),
  codecs: provider.shape.codecs.default(''),
})
const changedProvider = provider
  .pick({ type: true, hostname: true, name: true, detail: true, tech_prefix: true, tech_postfix: true, tech_headers: true, codecs: true })
  .partial()
const setup = z.object({
  carrier: z.enum(['telnyx']),
  credentials: z.object({ api_key: z.string().min(1).max(255) }),
  name: z.string().min(1).max(255),
  detail: provider.shape.detail.default(''),
})
const editableRoute = route.pick({ name: true, detail: true, provider_id: true, priority: true, target: true })
const newRoute = editableRoute.extend({
  customer_id: id(),
  name: route.shape.name.default(''),
  detail: route.shape.detail.default(''),
})

const page = { default: 100, max: 100 }
const guarded = { permission: ProjectSuperAdmin, scope: 'project' } as const

export const routeContract = defineContract({
  service: 'route',
  events: {
    ...{ provider_created: provider, provider_updated: provider, provider_deleted: provider },
    ...{ route_created: route, route_updated: route, route_deleted: route },
    ...providercallEvents,
  },
  methods: {
    ...providercallMethods,
    listProviders: query(z.object(pageFields), pageOf(provider)),
    getProvider: query(byId, provider),
    /** @throws INVALID_ARGUMENT for a header that SIP needs for itself */
    createProvider: mutation(newProvider, provider),
    /**
     * Makes what a carrier needs to take our calls, and the provider. The key is not kept.
     * @throws PUBLIC_ADDRESS_MISSING, CARRIER_REFUSED, CARRIER_UNAVAILABLE
     */
    setupProvider: command(setup, provider, { timeout: 'long' }),
    updateProvider: mutation(byId.extend(changedProvider.shape), provider),
    /** Its routes go with it. */
    deleteProvider: mutation(byId, provider),
    listRoutes: query(z.object({ customer_id: id().optional(), ...pageFields }), pageOf(route)),
    getRoute: query(byId, route),
    /** @throws PROVIDER_NOT_FOUND */
    createRoute: mutation(newRoute, route),
    updateRoute: mutation(byId.extend(editableRoute.partial().shape), route),
    deleteRoute: mutation(byId, route),
    /** Where all carriers take calls; nobody's SIP address may lead there. */
    listCarrierHosts: query(z.object({}), z.object({ hosts: z.array(z.string()) })),
    /**
     * The ways of a customer's call to a number, best first, each provider once: the customer's own routes before everybody's, those that
     * name how the number begins before those to all, then by priority; providers that do not answer are left out, unless there are no others.
     * `provider_ids`: these and no others, in this order.
     */
    listDialroutes: query(
      z.object({
        customer_id: id(),
        number: z.string().regex(/^\+[0-9]{1,20}$/, 'must be + and digits'),
        provider_ids: z.array(id()).max(20).default([]),
      }),
      z.object({ dialroutes: z.array(dialroute) }),
    ),
  },
  api: {
    'GET /providers': { method: 'listProviders', ...guarded, page },
    'POST /providers': { method: 'createProvider', ...guarded },
    'POST /providers/setup': { method: 'setupProvider', ...guarded },
    'GET /providers/:id': { method: 'getProvider', ...guarded },
    'PUT /providers/:id': { method: 'updateProvider', ...guarded },
    'DELETE /providers/:id': { method: 'deleteProvider', ...guarded },
    'GET /routes': { method: 'listRoutes', ...guarded, page },
    'POST /routes': { method: 'createRoute', ...guarded },
    'GET /routes/:id': { method: 'getRoute', ...guarded },
    'PUT /routes/:id': { method: 'updateRoute', ...guarded },
    'DELETE /routes/:id': { method: 'deleteRoute', ...guarded },
    ...providercallApi,
  },
})
export type RouteContract = typeof routeContract
