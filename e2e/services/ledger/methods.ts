import { ServiceError } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import type { ledgerContract } from './contract.ts'
import { addPoison, bookings, countRows, isPoisoned, removePoison } from './store.ts'

type Ledger = typeof ledgerContract

export const getBooking: Answer<Ledger, 'getBooking'> = (read, { id }) => bookings.get(read, id)

export const countBookings: Answer<Ledger, 'countBookings'> = async (read) => ({ count: await countRows(read) })

export const book: Answer<Ledger, 'book'> = async (tx, fields) => {
  if (await isPoisoned(tx, fields.transfer_id, 0)) throw new ServiceError('FAILED_PRECONDITION', 'LEDGER_REFUSES', 'Cannot book: poisoned')
  return bookings.insert(tx, 'ledger_booked', fields)
}

export const poison: Answer<Ledger, 'poison'> = async (tx, { id, sequence }) => {
  await addPoison(tx, id, sequence)
  return {}
}

export const heal: Answer<Ledger, 'heal'> = async (tx, { id, sequence }) => {
  await removePoison(tx, id, sequence)
  return {}
}
