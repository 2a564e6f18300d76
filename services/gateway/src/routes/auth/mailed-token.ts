import { z } from 'zod'

/** The one-time token of a mailed link, by what all of them look like; empty where it is anything else. */
export const mailedToken = z.object({
  token: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .catch(''),
})
