import type { Dialog } from './dialog.ts'

/** INVITEs of a confirmed dialog that have no final response yet. */
export type PendingInvites = { readonly ours: boolean; readonly theirs: boolean }

/** What a re-INVITE that comes in meets (RFC 3261 §14.2). 500 goes with Retry-After of `retryAfterSeconds`. */
export function judgeReinvite({ ours, theirs }: PendingInvites): 'take' | 491 | 500 {
  if (theirs) return 500
  return ours ? 491 : 'take'
}

/** Retry-After of the 500: 0 to 10 seconds (§14.2). */
export const retryAfterSeconds = (random: () => number = Math.random): number => Math.floor(random() * 11)

/** How long to wait after a 491 (§14.1): who chose the Call-ID waits longer, so that the two do not meet again. */
export function glareDelayMs({ role }: Pick<Dialog, 'role'>, random: () => number = Math.random): number {
  return role === 'uac' ? 2_100 + 10 * Math.floor(random() * 191) : 10 * Math.floor(random() * 201)
}
