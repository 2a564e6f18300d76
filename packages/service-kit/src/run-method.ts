import type { RequestEnvelope } from '@voipbin/bus'
import type { MethodDeclaration } from '@voipbin/contracts/contract'
import type { Projection } from '@voipbin/contracts/project'
import type { Database, Origin } from '@voipbin/sql'
import type { AnyAnswer } from './answer.ts'
import type { Clock } from './clock.ts'
import { createCtx } from './create-ctx.ts'
import type { Logger } from './logger.ts'
import { runCommandOnce, runMutation } from './run-mutation.ts'

/** A method of a service with all that it takes to run it. */
export type CompiledMethod = {
  readonly service: string
  readonly name: string
  readonly declaration: MethodDeclaration
  readonly answer: AnyAnswer
  /** Checks the output, and takes away what it may not carry. */
  readonly finish: Projection
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
}

export type RunMethod = (request: RequestEnvelope, input: unknown) => Promise<unknown>

/** How the three kinds of method are run: what each gets, and what surrounds it. */
export const runners: Readonly<Record<MethodDeclaration['kind'], (method: CompiledMethod) => RunMethod>> = {
  query:
    ({ database, answer, finish }) =>
    async (_request, input) =>
      finish(await answer(database.read(), input)),
  command: (method) => async (request, input) => {
    const origin = originOf(method.service, request)
    if (method.declaration.isOnce) return runCommandOnce(method, origin, request, input)
    return method.finish(await method.answer(createCtx(method, origin), input))
  },
  mutation: (method) => (request, input) => runMutation(method, originOf(method.service, request), request, input),
}

const originOf = (service: string, request: RequestEnvelope): Origin => ({
  service,
  operationId: request.operation_id || request.request_id,
  requestId: request.request_id,
  trace: request.trace,
})
