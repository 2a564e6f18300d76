import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { newProvider } from '../provider.ts'
import { type createTelnyxSetup, TELNYX_HOSTNAME } from '../providers/telnyx.ts'
import { insertProvider } from '../store/providers.ts'

type Parts = { readonly setUpTelnyx: ReturnType<typeof createTelnyxSetup>; readonly publicAddresses: string }

/** The key is used here and kept nowhere. */
export const setupProvider =
  ({ setUpTelnyx, publicAddresses }: Parts): Answer<RouteContract, 'setupProvider'> =>
  async (ctx, { carrier, name, detail, credentials }) => {
    const addresses = publicAddresses.split(',').map((address) => address.trim())
    if (publicAddresses.trim() === '') throw addressMissing()
    const trunk = await setUpTelnyx({ name, apiKey: credentials.api_key, addresses })
    return ctx.transaction((tx) => {
      const fields = { type: 'sip', hostname: TELNYX_HOSTNAME, name, detail, metadata: { carrier, ...trunk } } as const
      return insertProvider(tx, { ...newProvider, ...fields, customer_id: NIL_ID })
    })
  }

const addressMissing = () =>
  new ServiceError(
    'FAILED_PRECONDITION',
    'PUBLIC_ADDRESS_MISSING',
    'Cannot set up a carrier: VOIPBIN_ROUTE_PUBLIC_ADDRESSES does not say which addresses calls come from',
  )
