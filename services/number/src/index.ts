import { customerContract } from '@voipbin/contracts/customer'
import { flowContract } from '@voipbin/contracts/flow'
import { numberContract } from '@voipbin/contracts/number'
import { createOutbound } from '@voipbin/outbound'
import { defineService, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { everybodyMay } from './balance.ts'
import { numberConfig } from './config.ts'
import { onFlowDeleted } from './events/on-flow-deleted.ts'
import { forgetFlowHandler } from './jobs/forget-flow.ts'
import { labelNumberHandler } from './jobs/label-number.ts'
import { releaseNumberHandler } from './jobs/release-number.ts'
import { renewNumberHandler } from './jobs/renew-number.ts'
import { settlePurchaseHandler } from './jobs/settle-purchase.ts'
import { createNumber } from './methods/create-number.ts'
import { deleteNumber } from './methods/delete-number.ts'
import { findNumber } from './methods/find-number.ts'
import { getNumber } from './methods/get-number.ts'
import { listAvailableNumbers } from './methods/list-available-numbers.ts'
import { listNumbers } from './methods/list-numbers.ts'
import { renewNumbers } from './methods/renew-numbers.ts'
import { seedNumber } from './methods/seed-number.ts'
import { updateNumber } from './methods/update-number.ts'
import { updateNumberFlowIds } from './methods/update-number-flow-ids.ts'
import { updateNumberMetadata } from './methods/update-number-metadata.ts'
import { createProviders } from './providers/index.ts'
import { vendorLimits } from './providers/vendor.ts'
import { numbers } from './store/numbers.ts'

export const numberService = defineService({
  contract: numberContract,
  config: numberConfig,
  folder: import.meta,
  start: ({ client, clock, config }) => {
    const outbound = createOutbound({ allow: config.outboundAllow, after: clock.after, limits: vendorLimits })
    const providers = createProviders(config, outbound)
    const customers = client(customerContract)
    return {
      methods: {
        ...{ findNumber, listNumbers, getNumber, updateNumber, updateNumberFlowIds, updateNumberMetadata, deleteNumber, seedNumber },
        listAvailableNumbers: listAvailableNumbers(providers),
        createNumber: createNumber({ providers, customers, mayCharge: everybodyMay, virtualLimit: config.virtualLimit }),
        renewNumbers: renewNumbers(everybodyMay),
      },
      events: [on(flowContract, 'flow_deleted', onFlowDeleted), purgeOnCustomerDeleted(numbers, 'number_deleted')],
      jobs: [
        ...[settlePurchaseHandler(providers), releaseNumberHandler(providers), labelNumberHandler(providers)],
        ...[renewNumberHandler(everybodyMay), forgetFlowHandler],
      ],
    }
  },
})
