import { join } from 'node:path'
import { agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { openMailer } from '@voipbin/mail'
import { defineService, keepDirectHash, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { agentConfig } from './config.ts'
import { onCustomerCreated } from './events/on-customer-created.ts'
import { onCustomerUpdated } from './events/on-customer-updated.ts'
import { sendInvitationHandler } from './jobs/send-invitation.ts'
import { sendResetHandler } from './jobs/send-reset.ts'
import { sendUsernameTakenHandler } from './jobs/send-username-taken.ts'
import { createLoginThrottle } from './login-throttle.ts'
import { authenticateAgent } from './methods/authenticate-agent.ts'
import { createAgent } from './methods/create-agent.ts'
import { deleteAgent } from './methods/delete-agent.ts'
import { forgotPassword } from './methods/forgot-password.ts'
import { getAgent } from './methods/get-agent.ts'
import { getAgentByAddress } from './methods/get-agent-by-address.ts'
import { listAgents } from './methods/list-agents.ts'
import { regenerateDirectHash } from './methods/regenerate-direct-hash.ts'
import { replacePassword } from './methods/replace-password.ts'
import { resetPassword } from './methods/reset-password.ts'
import { seedAdmin } from './methods/seed-admin.ts'
import { updateAgent } from './methods/update-agent.ts'
import { updateAgentAddresses } from './methods/update-agent-addresses.ts'
import { updateAgentPassword } from './methods/update-agent-password.ts'
import { updateAgentPermission } from './methods/update-agent-permission.ts'
import { updateAgentStatus } from './methods/update-agent-status.ts'
import { updateAgentTagIds } from './methods/update-agent-tag-ids.ts'
import { createPasswords } from './passwords.ts'
import { agents } from './store/agents.ts'

export const agentService = defineService({
  contract: agentContract,
  config: agentConfig,
  folder: import.meta,
  synchronous: 'FULL',
  start: ({ config, cache, clock, dataFolder }) => {
    const outbox = join(dataFolder, '..', 'outbox')
    const mailer = openMailer({ url: config.smtpUrl, from: config.mailFrom, outbox, now: clock.now })
    const passwords = createPasswords()
    const throttle = createLoginThrottle(cache)
    return {
      methods: {
        ...{ listAgents, getAgent, getAgentByAddress, updateAgent, deleteAgent, regenerateDirectHash },
        ...{ updateAgentAddresses, updateAgentTagIds, updateAgentStatus, updateAgentPermission, forgotPassword },
        createAgent: createAgent(passwords),
        updateAgentPassword: updateAgentPassword(passwords),
        authenticateAgent: authenticateAgent({ passwords, throttle }),
        resetPassword: resetPassword(passwords),
        seedAdmin: seedAdmin(passwords),
        replacePassword: replacePassword(passwords),
      },
      events: [
        on(customerContract, 'customer_created', onCustomerCreated),
        on(customerContract, 'customer_updated', onCustomerUpdated),
        keepDirectHash(agents, 'agent', 'agent_updated'),
        purgeOnCustomerDeleted(agents, 'agent_deleted'),
      ],
      jobs: [sendResetHandler(mailer, config), sendInvitationHandler(mailer, config), sendUsernameTakenHandler(mailer, config)],
    }
  },
})
