import type { agentContract } from '@voipbin/contracts/agent'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer } from '@voipbin/service-kit'
import { digest } from '@voipbin/sql'
import { sendReset } from '../jobs/send-reset.ts'

/** The job begins when the answer has long gone: one that ran beside it would tell by its time what it found. */
const LATER_MS = 100

/** Looks nothing up, so it tells nothing. */
export const forgotPassword: Answer<typeof agentContract, 'forgotPassword'> = async (tx, { username }) => {
  tx.schedule(sendReset, digest(username), addMilliseconds(tx.now, LATER_MS), { username })
  return {}
}
