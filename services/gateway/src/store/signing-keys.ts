import { gatewayContract, signingKey } from '@voipbin/contracts/gateway'
import { entityTable } from '@voipbin/sql'

export const signingKeys = entityTable(gatewayContract, 'gateway_signing_keys', signingKey)
