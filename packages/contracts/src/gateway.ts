import { defineContract } from './contract.ts'

/**
 * Public routes that no key of the API table can say; each is a named file in the gateway's `routes/`, and the compiler
 * holds both lists to one another. At most 15.
 */
export const customRoutes = ['GET /ping', 'GET /openapi.json', 'GET /health/live', 'GET /health/ready'] as const
export type CustomRoute = (typeof customRoutes)[number]

/** The edge: it answers the public API out of everybody's contract and has nothing to ask for itself. */
export const gatewayContract = defineContract({ service: 'gateway', events: {}, methods: {}, api: {} })
