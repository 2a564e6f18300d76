import { ServiceError } from '@voipbin/contracts/errors'
import type { NumberProviderName } from '@voipbin/contracts/number'
import type { Outbound } from '@voipbin/outbound'
import type { NumberConfig } from '../config.ts'
import { createLocalProvider } from './local.ts'
import type { NumberProvider } from './number-provider.ts'
import { createTelnyx } from './telnyx.ts'
import { createTwilio } from './twilio.ts'
import { createAskVendor } from './vendor.ts'

export type { Bought, NumberProvider } from './number-provider.ts'

/** Who gives numbers out here. */
export type Providers = {
  readonly local: NumberProvider
  /** Sells numbers of the telephone network. @throws NUMBER_PROVIDER_MISSING */
  seller(): NumberProvider
  /** @throws NUMBER_PROVIDER_MISSING where its keys are gone */
  byName(name: NumberProviderName): NumberProvider
}

/** Those that have keys, the preferred first. */
const sellersOf = (config: NumberConfig, outbound: Outbound): readonly NumberProvider[] =>
  [telnyxOf(config, outbound), twilioOf(config, outbound)].filter((provider) => provider !== undefined)

export function createProviders(config: NumberConfig, outbound: Outbound): Providers {
  const local = createLocalProvider()
  const sellers = sellersOf(config, outbound)
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

function telnyxOf(config: NumberConfig, outbound: Outbound): NumberProvider | undefined {
  const { telnyxUrl: url, telnyxApiKey, telnyxConnectionId: connectionId, telnyxMessagingProfileId: messagingProfileId } = config
  if (telnyxApiKey === '') return undefined
  const ask = createAskVendor({ name: 'telnyx', url, authorization: `Bearer ${telnyxApiKey}`, outbound })
  return createTelnyx({ ask, connectionId, messagingProfileId })
}

function twilioOf(config: NumberConfig, outbound: Outbound): NumberProvider | undefined {
  const { twilioUrl: url, twilioAccountSid: accountSid, twilioAuthToken, twilioTrunkSid: trunkSid } = config
  if (accountSid === '' || twilioAuthToken === '') return undefined
  const authorization = `Basic ${Buffer.from(`${accountSid}:${twilioAuthToken}`).toString('base64')}`
  return createTwilio({ ask: createAskVendor({ name: 'twilio', url, authorization, outbound }), accountSid, trunkSid })
}

const missing = (message: string) => new ServiceError('FAILED_PRECONDITION', 'NUMBER_PROVIDER_MISSING', message)
