import { gatewayContract } from '@voipbin/contracts/gateway'
import { defineService } from '@voipbin/service-kit'
import { gatewayConfig } from './config.ts'
import { createCredentialKinds } from './identity/credential-kinds.ts'
import { startGateway } from './start-gateway.ts'

export const gatewayService = defineService({
  contract: gatewayContract,
  config: gatewayConfig,
  folder: import.meta,
  start: (kit) => startGateway(kit, createCredentialKinds),
})
