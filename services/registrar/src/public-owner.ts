import type { Contract } from '@voipbin/contracts/contract'
import { directContract } from '@voipbin/contracts/direct'
import { unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { numberPort } from '@voipbin/contracts/number-port'
import type { Clients } from '@voipbin/service-kit'
import type { Facts } from './addressing.ts'

const DIRECT_HASH = /^direct\.[0-9a-f]{12}$/
/** E.164, with or without the plus that some carriers leave out. */
const NUMBER = /^\+?[0-9]{7,15}$/

/** Whose it is what a stranger may call: a direct hash, or a number with a flow. */
export function createPublicOwner(client: Clients, contracts: readonly Contract[]): Facts['publicOwner'] {
  const hasNumbers = contracts.some(({ service }) => service === numberPort.service)

  return async (user) => {
    if (DIRECT_HASH.test(user)) return ownerOfHash(client, user)
    if (!hasNumbers || !NUMBER.test(user)) return undefined
    const number = user.startsWith('+') ? user : `+${user}`
    const found = (await client(numberPort).findNumber({ number })).number
    return found && found.call_flow_id !== NIL_ID ? found.customer_id : undefined
  }
}

async function ownerOfHash(client: Clients, hash: string): Promise<string | undefined> {
  return (await unlessGone(client(directContract).getDirectByHash({ hash })))?.customer_id
}
