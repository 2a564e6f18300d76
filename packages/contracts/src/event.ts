import { z } from 'zod'

/** What surrounds every event on the bus. */
export const eventEnvelope = z.object({
  id: z.string(),
  time: z.string(),
  type: z.string(),
  /** Short service name: `tag`. */
  publisher: z.string(),
  customer_id: z.string(),
  resource_id: z.string(),
  /** Events of one publisher with equal order key arrive in order; nothing else is promised. */
  order_key: z.string(),
  /** `version` of the resource after the change. Listeners compare it, so that a late replay does no harm. */
  sequence: z.int(),
  /** Request id and W3C trace parent of what caused it. */
  request_id: z.string(),
  trace: z.string(),
  data: z.unknown(),
})

export type EventEnvelope<T = unknown> = Omit<z.output<typeof eventEnvelope>, 'data'> & { data: T }
