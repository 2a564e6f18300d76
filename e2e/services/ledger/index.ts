import type { Contract } from '@voipbin/contracts/contract'
import { tagContract } from '@voipbin/contracts/tag'
import { defineService, onAny } from '@voipbin/service-kit'
import { accountContract } from '../account/contract.ts'
import { ledgerContract } from './contract.ts'
import { book, countBookings, getBooking, heal, poison } from './methods.ts'
import { record } from './record.ts'

const eventsOf = ({ service, events }: Contract) => Object.keys(events).map((type) => ({ publisher: service, type }))

export const ledgerService = defineService({
  contract: ledgerContract,
  folder: import.meta,
  start: () => ({
    methods: { getBooking, countBookings, book, poison, heal },
    events: [onAny([...eventsOf(accountContract), ...eventsOf(tagContract)], 'record', record)],
  }),
})
