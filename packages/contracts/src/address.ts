import { z } from 'zod'

/** Where a call or message can go; the empty type is "unknown". */
export const addressTypes = [
  '',
  'agent',
  'ai',
  'ai_team',
  'conference',
  'email',
  'extension',
  'line',
  'sip',
  'tel',
  'webchat',
  'web_session',
  'whatsapp',
] as const

export const address = z.object({
  type: z.enum(addressTypes).default(''),
  target: z.string().max(255).default(''),
  target_name: z.string().max(255).default(''),
  name: z.string().max(255).default(''),
  detail: z.string().max(4096).default(''),
})
export type Address = z.output<typeof address>
