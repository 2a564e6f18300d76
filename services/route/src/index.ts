import { routeContract } from '@voipbin/contracts/route'
import { defineService, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { removeRoutesHandler } from './jobs/remove-routes.ts'
import { createProvider } from './methods/create-provider.ts'
import { createRoute } from './methods/create-route.ts'
import { deleteProvider } from './methods/delete-provider.ts'
import { deleteRoute } from './methods/delete-route.ts'
import { getProvider } from './methods/get-provider.ts'
import { getRoute } from './methods/get-route.ts'
import { listDialroutes } from './methods/list-dialroutes.ts'
import { listProviders } from './methods/list-providers.ts'
import { listRoutes } from './methods/list-routes.ts'
import { updateProvider } from './methods/update-provider.ts'
import { updateRoute } from './methods/update-route.ts'
import { providers } from './store/providers.ts'
import { routes } from './store/routes.ts'

export const routeService = defineService({
  contract: routeContract,
  folder: import.meta,
  start: () => ({
    methods: {
      ...{ listProviders, getProvider, createProvider, updateProvider, deleteProvider },
      ...{ listRoutes, getRoute, createRoute, updateRoute, deleteRoute, listDialroutes },
    },
    events: [purgeOnCustomerDeleted(routes, 'route_deleted'), purgeOnCustomerDeleted(providers, 'provider_deleted')],
    jobs: [removeRoutesHandler],
  }),
})
