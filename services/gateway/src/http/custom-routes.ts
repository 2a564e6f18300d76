import { compileProjection } from '@voipbin/contracts/project'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { JSON_TYPE } from '../answers/json.ts'
import { checkHandshake } from '../answers/websocket.ts'
import { stranger } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented.ts'
import { compileParse } from '../operations/parse-input.ts'
import { admissionOf } from '../routes/declared.ts'
import type { Route, RouteAnswer, RouteParts } from '../routes/route.ts'
import { checkMediaType, readJsonBody } from './read-body.ts'

type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** Each does what it declares: its caller is let in, and its input read, before it is asked. */
export function addCustomRoutes(app: FastifyInstance, parts: RouteParts): void {
  for (const [name, route] of Object.entries(parts.routes)) {
    const [method = 'GET', url = '/'] = name.split(' ')
    const serve = route.start(parts)
    const letIn = compileEntrance(route, url, parts)
    const read = compileInput(route, name, parts)
    const textOf = compileText(route)
    app.route({
      method,
      url,
      config: { route: name },
      handler: async (request, reply) => {
        const presented = presentedBy(request.headers, request.query as Query)
        const caller = await letIn(request, presented)
        if (route.answer === 'websocket') checkHandshake(request.raw)
        const input = (await read(request)) as never
        const answered = await serve({ request, reply, input, caller, presented })
        if (!answered) return reply
        const contentType = 'contentType' in answered ? answered.contentType : undefined
        return reply
          .code(answered.status ?? 200)
          .header('content-type', contentType ?? JSON_TYPE)
          .send(textOf(answered))
      },
    })
  }
}

function compileEntrance(route: Route, url: string, { admit }: RouteParts) {
  const rules = admissionOf(route, url)
  return async (request: FastifyRequest, presented: ReturnType<typeof presentedBy>) => {
    if (route.admits === 'uncounted') return stranger
    const caller = await admit(rules, { address: request.exchange.address, presented, requestId: request.id })
    request.exchange.caller = caller
    return caller
  }
}

function compileInput({ method, invalidInput }: Route, name: string, { bodyLimitOctets }: RouteParts) {
  const parse = compileParse(name, method.input, invalidInput)
  const fields = Object.keys(method.input.shape)
  if (name.startsWith('GET ')) {
    return async ({ query }: FastifyRequest) =>
      parse(Object.fromEntries(fields.filter((field) => field in (query as Query)).map((field) => [field, (query as Query)[field]])))
  }
  return async ({ raw }: FastifyRequest) => {
    checkMediaType(raw, 'json')
    return parse({ ...(await readJsonBody(raw, bodyLimitOctets)) })
  }
}

function compileText({ method }: Route): (answer: RouteAnswer) => string | Buffer {
  const project = compileProjection(method.output, ['internal', 'secret'], method.reveals)
  return (answer) => ('text' in answer ? answer.text : JSON.stringify(project(answer.output)))
}
