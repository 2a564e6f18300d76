import { routeContract } from '@voipbin/contracts/route'
import { switchContract } from '@voipbin/contracts/switch'
import { createOutbound } from '@voipbin/outbound'
import { defineService, purgeOnCustomerDeleted, watch } from '@voipbin/service-kit'
import { routeConfig } from './config.ts'
import { checkProviderHandler } from './jobs/check-provider.ts'
import { removeRoutesHandler } from './jobs/remove-routes.ts'
import { createProvider } from './methods/create-provider.ts'
import { createProvidercall } from './methods/create-providercall.ts'
import { createRoute } from './methods/create-route.ts'
import { deleteProvider } from './methods/delete-provider.ts'
import { deleteProvidercall } from './methods/delete-providercall.ts'
import { deleteRoute } from './methods/delete-route.ts'
import { getProvider } from './methods/get-provider.ts'
import { getProvidercall } from './methods/get-providercall.ts'
import { getRoute } from './methods/get-route.ts'
import { listCarrierHosts } from './methods/list-carrier-hosts.ts'
import { listDialroutes } from './methods/list-dialroutes.ts'
import { listProvidercalls } from './methods/list-providercalls.ts'
import { listProviders } from './methods/list-providers.ts'
import { listRoutes } from './methods/list-routes.ts'
import { setupProvider } from './methods/setup-provider.ts'
import { updateProvider } from './methods/update-provider.ts'
import { updateRoute } from './methods/update-route.ts'
import { createNodes } from './nodes.ts'
import { createTelnyxSetup } from './providers/telnyx.ts'
import { providercalls } from './store/providercalls.ts'
import { providers } from './store/providers.ts'
import { routes } from './store/routes.ts'

export const routeService = defineService({
  contract: routeContract,
  config: routeConfig,
  folder: import.meta,
  start: ({ client, clock, config }) => {
    const nodes = createNodes(clock)
    const outbound = createOutbound({ allow: config.outboundAllow, after: clock.after, limits: { redirects: 0 } })
    const heard = ({ data }: { readonly data: { readonly node_id: string } }) => nodes.heard(data.node_id)
    return {
      methods: {
        setupProvider: setupProvider({
          setUpTelnyx: createTelnyxSetup(outbound, config.telnyxUrl),
          publicAddresses: config.publicAddresses,
        }),
        createProvidercall: createProvidercall(client),
        ...{ listProvidercalls, getProvidercall, deleteProvidercall },
        ...{ listProviders, getProvider, createProvider, updateProvider, deleteProvider },
        ...{ listRoutes, getRoute, createRoute, updateRoute, deleteRoute, listDialroutes, listCarrierHosts },
      },
      events: [
        purgeOnCustomerDeleted(routes, 'route_deleted'),
        purgeOnCustomerDeleted(providers, 'provider_deleted'),
        purgeOnCustomerDeleted(providercalls, 'providercall_deleted'),
      ],
      jobs: [removeRoutesHandler, checkProviderHandler({ client, nodes, intervalMs: config.probeSeconds * 1000 })],
      watches: [watch(switchContract, 'node.up', heard), watch(switchContract, 'node.draining', heard)],
    }
  },
})
