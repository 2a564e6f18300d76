import { ServiceError } from '@voipbin/contracts/errors'
import type { NumberProviderName } from '@voipbin/contracts/number'
import type { NumberProvider } from './number-provider.ts'

export type { Bought, NumberProvider } from './number-provider.ts'

/** Who gives numbers out here. */
export type Providers = {
  readonly local: NumberProvider
  /** Sells numbers of the telephone network. @throws NUMBER_PROVIDER_MISSING */
  seller(): NumberProvider
  /** @throws NUMBER_PROVIDER_MISSING where its keys are gone */
  byName(name: NumberProviderName): NumberProvider
}

/** @param sellers that have keys, the preferred first */
export function createProviders(local: NumberProvider, sellers: readonly NumberProvider[]): Providers {
  return {
    local,
    seller() {
      const [first] = sellers
      if (!first) throw missing('Nobody sells telephone numbers here: no provider has a key')
      return first
    },
    byName(name) {
      const found = [local, ...sellers].find((provider) => provider.name === name)
      if (!found) throw missing(`The number provider "${name}" has no key`)
      return found
    },
  }
}

const missing = (message: string) => new ServiceError('FAILED_PRECONDITION', 'NUMBER_PROVIDER_MISSING', message)
