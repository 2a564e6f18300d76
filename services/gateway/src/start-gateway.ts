import { openBlobStore } from '@voipbin/blob'
import type { gatewayContract } from '@voipbin/contracts/gateway'
import type { Kit, ServiceParts } from '@voipbin/service-kit'
import { createAdmit } from './admission/admit.ts'
import { createRateLimits } from './admission/rate-limits.ts'
import type { gatewayConfig } from './config.ts'
import { createClientAddress } from './http/client-address.ts'
import { addCustomRoutes } from './http/custom-routes.ts'
import { createObserve } from './http/observe.ts'
import { addOperationRoutes } from './http/operation-routes.ts'
import { openServer } from './http/server.ts'
import { createAuthenticate } from './identity/authenticate.ts'
import type { CredentialKind } from './identity/caller.ts'
import type { CredentialParts } from './identity/credential-kinds.ts'
import { createSigningKeys } from './identity/signing-keys.ts'
import { createTokens } from './identity/tokens.ts'
import { dropSigningKeyHandler, renewSigningKeyHandler } from './jobs/signing-keys.ts'
import { ensureSigningKey } from './methods/ensure-signing-key.ts'
import { listSigningKeys } from './methods/list-signing-keys.ts'
import { rotateSigningKey } from './methods/rotate-signing-key.ts'
import { compileOperations } from './operations/compile-operations.ts'
import { createRunOperation } from './operations/run-operation.ts'
import { routes } from './routes/index.ts'
import { fanOut } from './sockets/fan-out.ts'
import { createHub } from './sockets/hub.ts'
import { createSockets } from './sockets/sockets.ts'

type Parts = ServiceParts<typeof gatewayContract>

/** Puts the gateway together. @throws TypeError where the contracts ask for what cannot be served safely */
export function startGateway(kit: Kit<typeof gatewayConfig>, kindsOf: (parts: CredentialParts) => readonly CredentialKind[]): Parts {
  const { config, clock, log, newId, contracts, health, fetch } = kit
  const keys = createSigningKeys(kit)
  const tokens = createTokens({ keys, clock })
  const credentialKinds = kindsOf({ client: kit.client, clock, tokens })
  const operations = compileOperations(contracts)
  const limits = createRateLimits(kit)
  const authenticate = createAuthenticate(credentialKinds)
  const admit = createAdmit({ authenticate, limits, now: clock.now })
  const hub = createHub()
  const sockets = createSockets({ hub, config, clock, metrics: kit.metrics, authenticate })
  const run = createRunOperation({ call: kit.caller.call, now: clock.now, newId })
  const store = openBlobStore(config, kit)
  const parts = { operations, admit, run, fetch, store, bodyLimitOctets: config.bodyLimit, fileLimitOctets: config.fileLimit }

  const routeParts = {
    ...{ health, contracts, routes, admit, sockets, tokens, clock, newId, log },
    ...{ client: kit.client, call: kit.caller.call, bodyLimitOctets: config.bodyLimit },
  }

  return {
    methods: { ensureSigningKey, listSigningKeys, rotateSigningKey },
    jobs: [renewSigningKeyHandler, dropSigningKeyHandler],
    watches: [...keys.watches, ...credentialKinds.flatMap(({ watches }) => watches.map(sockets.recheckAfter)), ...fanOut(contracts, hub)],
    async listen() {
      const server = await openServer({
        host: config.httpHost,
        port: config.httpPort,
        clientAddress: createClientAddress(config.trustedProxies),
        observe: createObserve(kit.metrics, log, clock),
        limitUnknown: (address) => limits.byAddress('V1', address),
        clock,
        log,
        async addRoutes(app, upgrades) {
          addCustomRoutes(app, { ...routeParts, upgrades })
          await addOperationRoutes(app, parts, upgrades)
        },
      })
      return {
        description: server.description,
        close: async () => void (await Promise.all([sockets.close(), server.close(), store.close()])),
      }
    },
  }
}
