import { query } from '@voipbin/contracts/contract'
import { z } from 'zod'
import { defineRoute } from './route.ts'

/** The process answers: restart it when it does not. */
export const live = defineRoute(
  { summary: 'Whether the process lives', admits: 'uncounted', method: query(z.object({}), z.object({ status: z.literal('ok') })) },
  () => () => ({ output: { status: 'ok' as const } }),
)

const check = z.object({ status: z.enum(['ok', 'failed']), latency_ms: z.number(), error: z.string().optional() })
const health = z.object({ status: z.enum(['ok', 'degraded', 'unavailable']), checks: z.record(z.string(), check) })

/** What it stands on answers, too: send nobody here while it does not. */
export const ready = defineRoute(
  {
    summary: 'Whether the process and what it stands on can take requests; 503 where it cannot',
    ...{ admits: 'uncounted', method: query(z.object({}), health), alsoAnswers: [{ status: 503, as: 'output' }] },
  },
  (parts) => async () => {
    const { status, checks } = await parts.health()
    return { status: status === 'unavailable' ? 503 : 200, output: { status, checks } }
  },
)
