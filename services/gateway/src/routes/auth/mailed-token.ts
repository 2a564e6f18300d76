import { z } from 'zod'

const rule = 'the link is not whole: open it as it is in the mail'

/** The one-time token of a mailed link, by what all of them look like. */
export const mailedToken = z.object({ token: z.string(rule).regex(/^[0-9a-f]{64}$/, rule) })
