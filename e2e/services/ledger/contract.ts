import { defineContract, event, mutation, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id } from '@voipbin/contracts/fields'
import { byId, ofCustomer } from '@voipbin/contracts/page'
import { z } from 'zod'

export const booking = entity('booking', { transfer_id: id(), account_id: id(), amount: z.int() }, { get: 'getBooking' })
export type Booking = z.output<typeof booking>

const poisoned = byId.extend({ sequence: z.int() })

/** The probe that hears of everything and is asked durably. Only the end-to-end suite knows it. */
export const ledgerContract = defineContract({
  service: 'ledger',
  events: { ledger_booked: event(booking, { order_key: 'account_id' }) },
  methods: {
    getBooking: query(byId, booking),
    countBookings: query(z.object({}), z.object({ count: z.int() })),
    /** Nothing here keeps the same transfer from being booked twice but the kernel. */
    book: mutation(ofCustomer(booking.pick({ transfer_id: true, account_id: true, amount: true })), booking),
    /** From now on the listener throws at that event of the resource, and a booking of sequence 0 is refused for good. */
    poison: mutation(poisoned, z.object({})),
    heal: mutation(poisoned, z.object({})),
  },
  api: {},
})
