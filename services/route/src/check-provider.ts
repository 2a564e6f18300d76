import { ServiceError } from '@voipbin/contracts/errors'
import type { Read } from '@voipbin/sql'
import { providers } from './store/providers.ts'

/** @throws PROVIDER_NOT_FOUND */
export async function checkProvider(read: Read, providerId: string, what: string): Promise<void> {
  if (await providers.find(read, providerId)) return
  throw new ServiceError('FAILED_PRECONDITION', 'PROVIDER_NOT_FOUND', `Cannot ${what}: there is no provider "${providerId}"`, {
    details: [{ field: 'provider_id', rule: 'must be the id of a provider' }],
  })
}
