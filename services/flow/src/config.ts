import { outboundSettings, type Settings } from '@voipbin/service-kit'

export const flowConfig = { ...outboundSettings } satisfies Settings
