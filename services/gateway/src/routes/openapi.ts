import type { Route } from './route.ts'

/** Made when it is first asked for: nobody else needs it, and it costs more than a start should. */
export const openApi: Route = ({ contracts }) => {
  let made: Promise<string> | undefined
  const make = async () => {
    const { buildOpenApi } = await import('../openapi/document.ts')
    return JSON.stringify(buildOpenApi(contracts))
  }
  return async () => {
    made ??= make()
    return { status: 200, text: await made }
  }
}
