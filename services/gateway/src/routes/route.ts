import type { Contract } from '@voipbin/contracts/contract'
import type { Clients, Clock, Health, Logger, RawCall } from '@voipbin/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Admit } from '../admission/admit.ts'
import type { Upgrades } from '../http/upgrades.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { Sockets } from '../sockets/sockets.ts'

export type RouteParts = {
  readonly health: () => Promise<Health>
  readonly contracts: readonly Contract[]
  readonly admit: Admit
  readonly sockets: Sockets
  readonly upgrades: Upgrades
  readonly client: Clients
  readonly call: RawCall
  readonly tokens: Tokens
  readonly clock: Pick<Clock, 'now'>
  readonly newId: () => string
  readonly log: Logger
  readonly bodyLimitOctets: number
}
/** `text` is JSON, unless it says otherwise. */
export type RouteAnswer = { readonly status: number; readonly text: string; readonly contentType?: string }
export type RouteExchange = { readonly request: FastifyRequest; readonly reply: FastifyReply }
/** A public route outside every API table: made once, answering often. Undefined: it has taken the socket and answered itself. */
export type Route = (parts: RouteParts) => (exchange: RouteExchange) => RouteAnswer | Promise<RouteAnswer | undefined>
