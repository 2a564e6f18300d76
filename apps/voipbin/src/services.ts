import type { Contract } from '@voipbin/contracts/contract'
import { type AnyService, type Beside, SettingError, type Settings } from '@voipbin/service-kit'

type ServiceEntry = {
  readonly contract: () => Promise<Contract>
  readonly service: () => Promise<AnyService>
  /** Where the service has settings of its own. */
  readonly config?: () => Promise<Settings>
  /** Does what nobody waits for: it runs in a thread of its own, so that no call waits for it either. */
  readonly isBeside?: true
}

/** Every service of the platform, loaded when asked for. A new one is one line. */
export const services: Readonly<Record<string, ServiceEntry>> = {
  customer: {
    contract: async () => (await import('@voipbin/contracts/customer')).customerContract,
    service: async () => (await import('@voipbin/customer')).customerService,
    config: async () => (await import('@voipbin/customer/config')).customerConfig,
  },
  agent: {
    contract: async () => (await import('@voipbin/contracts/agent')).agentContract,
    service: async () => (await import('@voipbin/agent')).agentService,
    config: async () => (await import('@voipbin/agent/config')).agentConfig,
  },
  webhook: {
    contract: async () => (await import('@voipbin/contracts/webhook')).webhookContract,
    service: async () => (await import('@voipbin/webhook')).webhookService,
    config: async () => (await import('@voipbin/webhook/config')).webhookConfig,
    isBeside: true,
  },
  tag: {
    contract: async () => (await import('@voipbin/contracts/tag')).tagContract,
    service: async () => (await import('@voipbin/tag')).tagService,
  },
  direct: {
    contract: async () => (await import('@voipbin/contracts/direct')).directContract,
    service: async () => (await import('@voipbin/direct')).directService,
  },
  registrar: {
    contract: async () => (await import('@voipbin/contracts/registrar')).registrarContract,
    service: async () => (await import('@voipbin/registrar')).registrarService,
    config: async () => (await import('@voipbin/registrar/config')).registrarConfig,
  },

  switch: {
    contract: async () => (await import('@voipbin/contracts/switch')).switchContract,
    service: async () => (await import('@voipbin/switch')).switchService,
    config: async () => (await import('@voipbin/switch/config')).switchConfig,
  },
  call: {
    contract: async () => (await import('@voipbin/contracts/call')).callContract,
    service: async () => (await import('@voipbin/call')).callService,
    config: async () => (await import('@voipbin/call/config')).callConfig,
  },
  gateway: {
    contract: async () => (await import('@voipbin/contracts/gateway')).gatewayContract,
    service: async () => (await import('@voipbin/gateway')).gatewayService,
    config: async () => (await import('@voipbin/gateway/config')).gatewayConfig,
  },
  flow: {
    contract: async () => (await import('@voipbin/contracts/flow')).flowContract,
    service: async () => (await import('@voipbin/flow')).flowService,
    config: async () => (await import('@voipbin/flow/config')).flowConfig,
  },
  number: {
    contract: async () => (await import('@voipbin/contracts/number')).numberContract,
    service: async () => (await import('@voipbin/number')).numberService,
    config: async () => (await import('@voipbin/number/config')).numberConfig,
  },
  storage: {
    contract: async () => (await import('@voipbin/contracts/storage')).storageContract,
    service: async () => (await import('@voipbin/storage')).storageService,
    config: async () => (await import('@voipbin/storage/config')).storageConfig,
  },
  tts: {
    contract: async () => (await import('@voipbin/contracts/tts')).ttsContract,
    service: async () => (await import('@voipbin/tts')).ttsService,
    config: async () => (await import('@voipbin/tts/config')).ttsConfig,
  },
  route: {
    contract: async () => (await import('@voipbin/contracts/route')).routeContract,
    service: async () => (await import('@voipbin/route')).routeService,
    config: async () => (await import('@voipbin/route/config')).routeConfig,
  },
  timeline: {
    contract: async () => (await import('@voipbin/contracts/timeline')).timelineContract,
    service: async () => (await import('@voipbin/timeline')).timelineService,
    config: async () => (await import('@voipbin/timeline/config')).timelineConfig,
    isBeside: true,
  },
}

export const loadContracts = (): Promise<Contract[]> => Promise.all(Object.values(services).map((entry) => entry.contract()))

/** @throws TypeError for a name that is no service's */
export const loadServices = (names: readonly string[]): Promise<AnyService[]> =>
  Promise.all(
    names.map((name) => {
      const entry = services[name]
      if (!entry) throw new TypeError(`No service "${name}"`)
      return entry.service()
    }),
  )

/** Which of them run here, and which beside; alone in a process, none has anything beside it. */
export function divideServices(names: readonly string[]): { readonly here: readonly string[]; readonly beside: Beside | undefined } {
  const here = names.filter((name) => !services[name]?.isBeside)
  const others = names.filter((name) => services[name]?.isBeside)
  if (here.length === 0 || others.length === 0) return { here: names, beside: undefined }
  return { here, beside: { entry: new URL('./beside.ts', import.meta.url), names: others } }
}

/** @param list `all`, or names with commas between. @throws SettingError */
export function chooseServices(list: string): string[] {
  const known = Object.keys(services)
  if (list === 'all') return known
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  for (const name of names) {
    if (!known.includes(name))
      throw new SettingError(`Cannot read setting "VOIPBIN_SERVICES": no service "${name}"; there are ${known.join(', ')}`)
  }
  if (names.length === 0) throw new SettingError('Cannot read setting "VOIPBIN_SERVICES": it names no service')
  return names
}
