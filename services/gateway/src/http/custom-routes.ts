import type { FastifyInstance } from 'fastify'
import { JSON_TYPE } from '../answers/json.ts'
import { routes } from '../routes/index.ts'
import type { Route, RouteParts } from '../routes/route.ts'

export function addCustomRoutes(app: FastifyInstance, parts: RouteParts): void {
  for (const [name, route] of Object.entries<Route>(routes)) {
    const [method = 'GET', url = '/'] = name.split(' ')
    const answer = route(parts)
    app.route({
      method,
      url,
      config: { route: name },
      handler: async (request, reply) => {
        const answered = await answer({ request, reply })
        return answered
          ? reply
              .code(answered.status)
              .header('content-type', answered.contentType ?? JSON_TYPE)
              .send(answered.text)
          : reply
      },
    })
  }
}
