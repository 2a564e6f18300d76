import type { gatewayContract } from '@voipbin/contracts/gateway'
import type { Answer } from '@voipbin/service-kit'
import { liveKeys } from '../jobs/signing-keys.ts'

export const listSigningKeys: Answer<typeof gatewayContract, 'listSigningKeys'> = async (read) => ({ result: await liveKeys(read) })
