import type { Call } from '@voipbin/contracts/call-entities'
import { customerContract } from '@voipbin/contracts/customer'
import { unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { numberContract } from '@voipbin/contracts/number'
import { numberPort } from '@voipbin/contracts/number-port'
import type { Client, Clients } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { type DialFacts, type KnownNumber, numberOf } from './may-dial.ts'
import { calls } from './store/calls.ts'
import { outboundConfigs } from './store/outbound-configs.ts'

type Asked = Pick<Call, 'customer_id' | 'source' | 'destination'> & Partial<Pick<Call, 'master_call_id' | 'metadata'>>
export type FindDialFacts = (read: Read, asked: Asked) => Promise<DialFacts>

/** What `mayDial` judges by. Whatever cannot be found out now lets nothing through: the caller tries again. */
export function createFindDialFacts(client: Clients): FindDialFacts {
  const customers = client(customerContract)
  const numbers = client(numberPort)
  const owned = client(numberContract)
  const known = async (number: string | undefined) => (number === undefined ? null : (await numbers.findNumber({ number })).number)
  return async (read, { customer_id, source, destination, master_call_id = NIL_ID, metadata = null }) => {
    const customer = (await unlessGone(customers.getCustomer({ id: customer_id }))) ?? gone(customer_id)
    const facts = { ...nothingKnown, customer, source, destination }
    if (destination.type !== 'tel') return facts
    const config = await outboundConfigs.first(read, { customer_id })
    const sourceNumber = (await known(numberOf(source))) ?? undefined
    const defaultNumber = await defaultOf(owned, config?.default_outgoing_source_number_id ?? undefined)
    // Who names carriers wants to know of them, also by a number of ours.
    const isInside = !metadata?.route_provider_ids?.length && (await known(destination.target)) !== null
    const master = master_call_id === NIL_ID ? undefined : await calls.find(read, master_call_id)
    const caller = { via: master?.via ?? [], callerNumber: master && toldByNetwork(master) }
    const isSourceVouchedFor = metadata?.skip_source_validation === true
    return { ...facts, config, sourceNumber, defaultNumber, isSourceVouchedFor, isInside, ...caller }
  }
}

const unknown = { config: undefined, sourceNumber: undefined, defaultNumber: undefined }
const nothingKnown = { ...unknown, isSourceVouchedFor: false, isInside: false, via: [] as readonly string[], callerNumber: undefined }

/** What a phone of the customer's own says, or a client of the API, is no more than their word. */
const toldByNetwork = ({ direction, identity_id, source }: Call): string | undefined =>
  direction === 'incoming' && identity_id === NIL_ID ? numberOf(source) : undefined

const gone = (id: string): DialFacts['customer'] => ({ id, status: 'deleted', identity_verification_status: 'none' })

async function defaultOf(numbers: Client<typeof numberContract>, id: string | undefined): Promise<KnownNumber | undefined> {
  const found = id === undefined ? undefined : await unlessGone(numbers.getNumber({ id }))
  if (found?.status !== 'active') return undefined
  return { customer_id: found.customer_id, number: found.number, is_virtual: found.type === 'virtual' }
}
