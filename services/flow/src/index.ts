import { flowContract } from '@voipbin/contracts/flow'
import { createOutbound } from '@voipbin/outbound'
import { defineService, keepDirectHash, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { createCheck } from './check-whole.ts'
import { flowConfig } from './config.ts'
import { fetchActionsHandler, fetchLimits } from './jobs/fetch-actions.ts'
import { sendWebhookHandler } from './jobs/send-webhook.ts'
import { checkActions } from './methods/check-actions.ts'
import { createActiveflow } from './methods/create-activeflow.ts'
import { createFlow } from './methods/create-flow.ts'
import { deleteActiveflow } from './methods/delete-activeflow.ts'
import { deleteFlow } from './methods/delete-flow.ts'
import { endActiveflow } from './methods/end-activeflow.ts'
import { getActiveflow } from './methods/get-activeflow.ts'
import { getFlow } from './methods/get-flow.ts'
import { getVariables } from './methods/get-variables.ts'
import { listActiveflows } from './methods/list-activeflows.ts'
import { listFlows } from './methods/list-flows.ts'
import { nextAction } from './methods/next-action.ts'
import { pushActions } from './methods/push-actions.ts'
import { regenerateFlowDirectHash } from './methods/regenerate-flow-direct-hash.ts'
import { seedFlow } from './methods/seed-flow.ts'
import { setVariables } from './methods/set-variables.ts'
import { startActiveflow } from './methods/start-activeflow.ts'
import { stopActiveflow } from './methods/stop-activeflow.ts'
import { updateFlow } from './methods/update-flow.ts'
import { createCheckSpeech } from './speech-wishes.ts'
import { activeflows } from './store/activeflows.ts'
import { flows } from './store/flows.ts'

export const flowService = defineService({
  contract: flowContract,
  config: flowConfig,
  folder: import.meta,
  start: ({ config, clock, client, newId }) => {
    const check = createCheck(newId, createCheckSpeech(client))
    const outbound = createOutbound({ allow: config.outboundAllow, after: clock.after, limits: fetchLimits })
    return {
      methods: {
        ...{ listFlows, getFlow, seedFlow, deleteFlow, regenerateFlowDirectHash },
        createFlow: createFlow(check),
        updateFlow: updateFlow(check),
        checkActions: checkActions(check),
        createActiveflow: createActiveflow(check),
        ...{ listActiveflows, getActiveflow, stopActiveflow, deleteActiveflow },
        ...{ startActiveflow, nextAction, endActiveflow, pushActions, getVariables, setVariables },
      },
      events: [
        keepDirectHash(flows, 'flow', 'flow_updated'),
        purgeOnCustomerDeleted(flows, 'flow_deleted'),
        purgeOnCustomerDeleted(activeflows, 'activeflow_deleted'),
      ],
      jobs: [fetchActionsHandler(outbound), sendWebhookHandler(outbound)],
    }
  },
})
