import type { z } from 'zod'

/** A typed name for a kind of durable job; the payload is JSON. */
export type JobToken<S extends z.ZodType = z.ZodType> = { readonly kind: string; readonly payload: S }
