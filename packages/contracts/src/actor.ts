import { z } from 'zod'

/** Who may stand behind a request. `none` is a stranger, `system` the platform itself (jobs, listeners, operators). */
export const identities = ['agent', 'accesskey', 'direct', 'delegate', 'none'] as const
export type Identity = (typeof identities)[number]

/** Travels with every request; rules that depend on data use it in the owner of the data. */
export const actor = z.object({
  kind: z.enum([...identities, 'system']),
  /** Agent, access key or token id; empty for `none` and `system`. */
  id: z.string(),
  /** The tenant; empty for `none` and `system`. */
  customer_id: z.string(),
  permission: z.int().nonnegative(),
})
export type Actor = z.output<typeof actor>

export const systemActor: Actor = { kind: 'system', id: '', customer_id: '', permission: 0 }
