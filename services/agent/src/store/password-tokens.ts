import type { Agent } from '@voipbin/contracts/agent'
import { oneTimeTokens, type Tx } from '@voipbin/sql'

/** Links that set a password; the subject is the agent. */
export const passwordTokens = oneTimeTokens('agent_password_tokens')

const HOUR_MS = 3_600_000
/** Links of one agent that open at one time, so also mails an hour. */
const MAX_LINKS = 5

/** @returns undefined where the username is no address, or enough mails have gone */
export async function issueLink(tx: Tx, { id, username }: Agent, publicUrl: string): Promise<{ to: string; link: string } | undefined> {
  if (!username.includes('@')) return undefined
  if ((await passwordTokens.count(tx, id)) >= MAX_LINKS) return undefined
  const token = await passwordTokens.issue(tx, id, HOUR_MS)
  return { to: username, link: new URL(`/auth/password-reset?token=${token}`, publicUrl).href }
}
