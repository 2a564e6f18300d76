import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { defineRoute } from './route.ts'

/** Made when it is first asked for: nobody else needs it, and it costs more than a start should. */
export const openApi = defineRoute(
  { summary: 'This document', admits: 'uncounted', method: query(z.object({}), z.looseObject({ openapi: z.literal('3.1.0') })) },
  ({ contracts, routes }) => {
    let made: Promise<string> | undefined
    const make = async () => {
      const { buildOpenApi } = await import('../openapi/document.ts')
      return JSON.stringify(buildOpenApi(contracts, routes))
    }
    return async () => {
      made ??= make()
      return { text: await made }
    }
  },
)
