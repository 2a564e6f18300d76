import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { digest } from '@voipbin/sql'
import { sendReset } from '../jobs/send-reset.ts'

/** Looks nothing up, so it tells nothing. */
export const forgotPassword: Answer<typeof agentContract, 'forgotPassword'> = async (tx, { username }) => {
  tx.schedule(sendReset, digest(username), tx.now, { username })
  return {}
}
