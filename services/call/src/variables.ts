import type { Address } from '@voipbin/contracts/address'
import type { Call } from '@voipbin/contracts/call-entities'
import type { Variables } from '@voipbin/contracts/flow'

/** What a flow can read of its call. */
export function callVariables({ id, direction, master_call_id, source, destination }: Call): Variables {
  return {
    ...{
      'voipbin.call.id': id,
      'voipbin.call.direction': direction,
      'voipbin.call.master_call_id': master_call_id,
      'voipbin.call.digits': '',
    },
    ...addressVariables('source', source),
    ...addressVariables('destination', destination),
  }
}

const addressVariables = (which: string, address: Address): Variables =>
  Object.fromEntries(Object.entries(address).map(([field, value]) => [`voipbin.call.${which}.${field}`, value]))
