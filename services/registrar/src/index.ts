import { customerContract } from '@voipbin/contracts/customer'
import { registrarContract } from '@voipbin/contracts/registrar'
import { defineService, keepDirectHash, on, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { createExtensionsOfAgent } from './agent-extensions.ts'
import { registrarConfig } from './config.ts'
import { createDomains, realmOfCustomer } from './domains.ts'
import { onCustomerFrozen, onCustomerThawed } from './events/follow-customers.ts'
import { createExtension } from './methods/create-extension.ts'
import { createTrunk } from './methods/create-trunk.ts'
import { deleteExtension } from './methods/delete-extension.ts'
import { deleteTrunk } from './methods/delete-trunk.ts'
import { findSipUser } from './methods/find-sip-user.ts'
import { getAgentExtension } from './methods/get-agent-extension.ts'
import { getExtension } from './methods/get-extension.ts'
import { getExtensionByName } from './methods/get-extension-by-name.ts'
import { getTrunk } from './methods/get-trunk.ts'
import { identifySource } from './methods/identify-source.ts'
import { listAgentExtensions } from './methods/list-agent-extensions.ts'
import { listBindings } from './methods/list-bindings.ts'
import { listExtensions } from './methods/list-extensions.ts'
import { listOutboundRegistrations } from './methods/list-outbound-registrations.ts'
import { listTrunks } from './methods/list-trunks.ts'
import { regenerateExtensionHash } from './methods/regenerate-extension-hash.ts'
import { releaseFlow } from './methods/release-flow.ts'
import { seedExtension } from './methods/seed-extension.ts'
import { updateBindings } from './methods/update-bindings.ts'
import { updateExtension } from './methods/update-extension.ts'
import { updateTrunk } from './methods/update-trunk.ts'
import { parseOutboundRegistrations } from './outbound-registrations.ts'
import { createPublicOwner } from './public-owner.ts'
import { extensions } from './store/extensions.ts'
import { trunks } from './store/trunks.ts'

export const registrarService = defineService({
  contract: registrarContract,
  config: registrarConfig,
  folder: import.meta,
  start: ({ client, config, contracts }) => {
    const domainOf = createDomains(config)
    const customerId = config.defaultCustomer
    const defaultRealm = { kind: 'customer' as const, customerId, realm: realmOfCustomer(customerId, config) }
    const publicOwner = createPublicOwner(client, contracts)
    const extensionsOf = createExtensionsOfAgent(client)
    return {
      methods: {
        ...{ listExtensions, getExtension, getExtensionByName, updateExtension, regenerateExtensionHash, deleteExtension },
        ...{ listTrunks, getTrunk, updateTrunk, deleteTrunk, releaseFlow, listBindings },
        createExtension: createExtension(config),
        seedExtension: seedExtension(config),
        createTrunk: createTrunk(config),
        listAgentExtensions: listAgentExtensions(extensionsOf),
        getAgentExtension: getAgentExtension(extensionsOf),
        findSipUser: findSipUser(config, domainOf),
        identifySource: identifySource({ domainOf, defaultRealm, isCarrier: config.carrierIps, publicOwner }),
        updateBindings: updateBindings(config),
        listOutboundRegistrations: listOutboundRegistrations(parseOutboundRegistrations(config.outboundRegistrations)),
      },
      events: [
        on(customerContract, 'customer_frozen', onCustomerFrozen),
        on(customerContract, 'customer_recovered', onCustomerThawed),
        keepDirectHash(extensions, 'extension', 'extension_updated'),
        purgeOnCustomerDeleted(extensions, 'extension_deleted'),
        purgeOnCustomerDeleted(trunks, 'trunk_deleted'),
      ],
    }
  },
})
