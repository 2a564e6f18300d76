import type { ApiEntry } from '@voipbin/contracts/api'
import type { Contract, MethodDeclaration, MethodKind, ObjectSchema } from '@voipbin/contracts/contract'
import type { Clients, Clock, Health, Logger, RawCall } from '@voipbin/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Admit } from '../admission/admit.ts'
import type { Authorise } from '../admission/authorise.ts'
import type { Upgrades } from '../http/upgrades.ts'
import type { Caller, Presented } from '../identity/caller.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { Sockets } from '../sockets/sockets.ts'

export type RouteParts = {
  readonly health: () => Promise<Health>
  readonly contracts: readonly Contract[]
  /** All of them, by name: for who describes them. */
  readonly routes: Readonly<Record<string, Route>>
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

/** What a route says of itself. Who is let in, how its input is read, and what `/openapi.json` tells of it follow from here. */
export type RouteDeclaration<Input extends ObjectSchema = ObjectSchema, Output extends z.ZodType = z.ZodType> = {
  readonly summary: string
  /** As in an API table. `uncounted`: whoever comes, as often as they like, with whatever credential. */
  readonly admits: (Required<Pick<ApiEntry, 'permission' | 'identity'>> & Pick<ApiEntry, 'tier'>) | 'uncounted'
  /** Where the table's words cannot say who may. */
  readonly authorise?: Authorise
  /** Its input is the query of a GET, else the body. */
  readonly method: MethodDeclaration<MethodKind, Input, Output>
  readonly answer?: 'json' | 'html' | 'websocket'
  /** Reason of the refusal of a wrong input. Default INVALID_ARGUMENT. */
  readonly invalidInput?: 'UNPROCESSABLE'
  /** Answers and refusals beside the usual ones. */
  readonly alsoAnswers?: readonly AlsoAnswered[]
}
/** `as: 'output'` is the route's own output under another status. */
export type AlsoAnswered = { readonly status: 404 | 409 | 422 } | { readonly status: 400 | 503; readonly as: 'output' }

export type RouteExchange<Input = unknown> = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly input: Input
  /** The stranger where nobody is asked for. */
  readonly caller: Caller
  readonly presented: Presented
}
/** `output` is shown without what is internal or secret; `text` goes as it is. Status 200 unless it says otherwise. */
export type RouteAnswer<Output = unknown> = { readonly status?: number } & (
  | { readonly output: Output }
  | { readonly text: string | Buffer; readonly contentType?: string }
)
/** Undefined: it has taken the socket and answered itself. */
type Serve<Input, Output> = (exchange: RouteExchange<Input>) => RouteAnswer<Output> | undefined | Promise<RouteAnswer<Output> | undefined>

/** A public route outside every API table: made once, answering often. */
export type Route = RouteDeclaration & { start(parts: RouteParts): Serve<never, unknown> }

export function defineRoute<Input extends ObjectSchema, Output extends z.ZodType>(
  declaration: RouteDeclaration<Input, Output>,
  start: (parts: RouteParts) => Serve<z.output<Input>, z.output<Output>>,
): Route {
  return { ...declaration, start: start as Route['start'] }
}
