import { type NumberContract, number, numberContract, type OwnedNumber } from '@voipbin/contracts/number'
import { type EntityTable, entityTable, type NewRow, type Read, type Tx } from '@voipbin/sql'
import { numberTaken } from '../number.ts'
import { releaseNumber, renewNumber } from '../work.ts'

const table = entityTable(numberContract, 'number_numbers', number)

/** With a number goes what its provider has of it. */
const remove: EntityTable<NumberContract, OwnedNumber>['remove'] = (tx, event, row, changes) => {
  const { id, number, type, provider_name, provider_reference_id: reference } = row
  if (type === 'normal') {
    tx.schedule(releaseNumber, id, tx.now, { number, provider_name, reference })
    tx.unschedule(renewNumber, id)
  }
  return table.remove(tx, event, row, { ...changes, status: 'deleted' })
}

export const numbers = { ...table, remove }

/** @throws NUMBER_TAKEN */
export async function insertNumber(tx: Tx, fields: NewRow<OwnedNumber>): Promise<OwnedNumber> {
  if (await numbers.first(tx, { number: fields.number })) throw numberTaken(fields.number)
  return numbers.insert(tx, 'number_created', fields)
}

export async function countVirtual({ connection }: Read, customerId: string): Promise<number> {
  const text = "SELECT count(*) AS numbers FROM number_numbers WHERE customer_id = ? AND tm_delete IS NULL AND type = 'virtual'"
  const [row] = await connection.all(text, [customerId])
  return Number(row?.['numbers'] ?? 0)
}

/** Which of these somebody has. */
export async function takenOf({ connection }: Read, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  if (wanted.length === 0) return new Set()
  const places = wanted.map(() => '?').join(', ')
  const text = `SELECT number FROM number_numbers WHERE tm_delete IS NULL AND number IN (${places})`
  return new Set((await connection.all(text, [...wanted])).map((row) => String(row['number'])))
}

/** Numbers of a customer that run this flow. */
export async function withFlow(read: Read, customer_id: string, flowId: string, limit: number): Promise<OwnedNumber[]> {
  const page = { customer_id, page_size: limit, page_token: '' }
  const runs = { text: 'call_flow_id = ? OR message_flow_id = ?', values: [flowId, flowId] }
  return (await numbers.list(read, page, {}, runs)).result
}

/** Of the network, and paid for last before `time`. */
export async function paidBefore(read: Read, time: string, limit: number): Promise<OwnedNumber[]> {
  const page = { page_size: limit, page_token: '' }
  return (await numbers.list(read, page, { type: 'normal' }, { text: 'tm_renew < ?', values: [time] })).result
}
