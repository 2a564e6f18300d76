import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { defineRoute } from './route.ts'

const text = JSON.stringify({ message: 'pong' })

/** What is behind is not asked. */
export const ping = defineRoute(
  {
    summary: 'Whether anybody is there at all',
    admits: 'uncounted',
    method: query(z.object({}), z.object({ message: z.literal('pong') })),
  },
  () => () => ({ text }),
)
