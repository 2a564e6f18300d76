import { agentContract } from '@voipbin/contracts/agent'
import { directContract } from '@voipbin/contracts/direct'
import { flowContract } from '@voipbin/contracts/flow'
import { registrarContract } from '@voipbin/contracts/registrar'
import { defineService, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { follow } from './events/follow.ts'
import { getDirect } from './methods/get-direct.ts'
import { getDirectByHash } from './methods/get-direct-by-hash.ts'
import { listDirects } from './methods/list-directs.ts'
import { directs } from './store/directs.ts'

export const directService = defineService({
  contract: directContract,
  folder: import.meta,
  start: () => ({
    methods: { listDirects, getDirect, getDirectByHash },
    events: [
      // One line a kind of resource that carries a direct hash.
      follow(agentContract, 'agent', ['agent_created', 'agent_updated', 'agent_deleted']),
      follow(flowContract, 'flow', ['flow_created', 'flow_updated', 'flow_deleted']),
      follow(registrarContract, 'extension', ['extension_created', 'extension_updated', 'extension_deleted']),
      purgeOnCustomerDeleted(directs, 'direct_deleted'),
    ],
  }),
})
