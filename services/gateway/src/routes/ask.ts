import { type Clock, runInContext, timeoutMs } from '@voipbin/service-kit'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type AdmissionRules, compileAdmission } from '../admission/admit.ts'
import { checkMediaType, readJsonBody } from '../http/read-body.ts'
import { traceOf } from '../http/trace.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented.ts'
import { compileParse } from '../operations/parse-input.ts'
import type { RouteParts } from './route.ts'

/** Everybody may come, as often as the limit of their address lets them. */
export const openRules: AdmissionRules = compileAdmission({ method: '', permission: 0, identity: ['none'] }, '/auth/')

/** Lets the request in, or not. */
export async function admitTo(rules: AdmissionRules, { admit }: Pick<RouteParts, 'admit'>, request: FastifyRequest): Promise<Caller> {
  const presented = presentedBy(request.headers, request.query as Readonly<Record<string, unknown>>)
  const caller = await admit(rules, { address: request.exchange.address, presented, requestId: request.id })
  request.exchange.caller = caller
  return caller
}

/** Compiles how a body is read. @throws UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE, INVALID_JSON_BODY, INVALID_ARGUMENT */
export function compileBody<Shape extends z.ZodRawShape>(name: string, schema: z.ZodObject<Shape>) {
  const parse = compileParse(name, schema as unknown as z.ZodObject<z.ZodRawShape>)
  return async ({ raw }: FastifyRequest, limitOctets: number): Promise<z.output<z.ZodObject<Shape>>> => {
    checkMediaType(raw, 'json')
    return parse({ ...(await readJsonBody(raw, limitOctets)) }) as z.output<z.ZodObject<Shape>>
  }
}

type AskParts = { readonly clock: Pick<Clock, 'now'>; readonly newId: () => string }

/** Asks services in the caller's name. */
export function askAs<T>(caller: Caller, request: FastifyRequest, { clock, newId }: AskParts, work: () => Promise<T>): Promise<T> {
  const { id: requestId, headers } = request
  const deadline = clock.now() + timeoutMs.default
  const context = { requestId, trace: traceOf(headers['traceparent']), actor: caller.actor, deadline, operationId: newId(), ordinal: 0 }
  return runInContext(context, work)
}
