import { outboundSettings, type Settings } from '@voipbin/service-kit'

export const webhookConfig = { ...outboundSettings } satisfies Settings
