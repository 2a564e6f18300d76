import type { Call } from '@voipbin/contracts/call-entities'
import { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import { numberContract } from '@voipbin/contracts/number'
import { numberPort } from '@voipbin/contracts/number-port'
import type { Client, Clients } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import type { DialFacts, KnownNumber } from './may-dial.ts'
import { outboundConfigs } from './store/outbound-configs.ts'

type Asked = Pick<Call, 'customer_id' | 'source' | 'destination'>
export type FindDialFacts = (read: Read, asked: Asked) => Promise<DialFacts>

/** What `mayDial` judges by. Whatever cannot be found out now lets nothing through: the caller tries again. */
export function createFindDialFacts(client: Clients): FindDialFacts {
  const customers = client(customerContract)
  const numbers = client(numberPort)
  const owned = client(numberContract)
  return async (read, { customer_id, source, destination }) => {
    const customer = (await orNothing(customers.getCustomer({ id: customer_id }))) ?? gone(customer_id)
    const facts = { customer, source, destination, config: undefined, sourceNumber: undefined, defaultNumber: undefined }
    if (destination.type !== 'tel') return facts
    const config = await outboundConfigs.first(read, { customer_id })
    const found = source.target.startsWith('+') ? (await numbers.findNumber({ number: source.target })).number : null
    const defaultNumber = await defaultOf(owned, config?.default_outgoing_source_number_id ?? undefined)
    return { ...facts, config, sourceNumber: found ?? undefined, defaultNumber }
  }
}

const gone = (id: string): DialFacts['customer'] => ({ id, status: 'deleted', identity_verification_status: 'none' })

async function defaultOf(numbers: Client<typeof numberContract>, id: string | undefined): Promise<KnownNumber | undefined> {
  const found = id === undefined ? undefined : await orNothing(numbers.getNumber({ id }))
  if (found?.status !== 'active') return undefined
  return { customer_id: found.customer_id, number: found.number, is_virtual: found.type === 'virtual' }
}

function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (error instanceof ServiceError && error.status === 'NOT_FOUND') return undefined
    throw error
  })
}
