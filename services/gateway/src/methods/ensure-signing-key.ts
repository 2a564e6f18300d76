import type { gatewayContract } from '@voipbin/contracts/gateway'
import type { Answer } from '@voipbin/service-kit'
import { ensureYoungKey } from '../jobs/signing-keys.ts'

export const ensureSigningKey: Answer<typeof gatewayContract, 'ensureSigningKey'> = async (tx) => {
  await ensureYoungKey(tx)
  return {}
}
