import { mailSettings, type SettingValues } from '@voipbin/service-kit'

export const agentConfig = { ...mailSettings }
export type AgentConfig = SettingValues<typeof agentConfig>

/** Mails under way at once, of each kind: a server that hangs must not hold up other jobs. */
export const MAIL_HANDS = 4
