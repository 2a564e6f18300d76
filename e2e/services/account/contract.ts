import { command, defineContract, mutation, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id } from '@voipbin/contracts/fields'
import { byId, ofCustomer } from '@voipbin/contracts/page'
import { z } from 'zod'

/** A row whose every change is told, so that each subscriber must have seen its versions 1, 2, 3 … */
export const account = entity('account', { name: z.string().max(255), balance: z.int() }, { get: 'getAccount' })
export type Account = z.output<typeof account>

/** What a method may wrongly wait for inside its transaction. */
export const forbidden = z.enum(['bus', 'cache', 'fetch'])

/** The probe that changes its own rows and leaves durable work behind. Only the end-to-end suite knows it. */
export const accountContract = defineContract({
  service: 'account',
  events: { account_opened: account, account_changed: account, account_closed: account },
  methods: {
    getAccount: query(byId, account),
    openAccount: mutation(ofCustomer(account.pick({ name: true })), account),
    changeAccount: mutation(byId.extend({ name: account.shape.name }), account),
    closeAccount: mutation(byId, account),
    /** Takes the amount off and, in the same commit, asks the ledger durably to book it. */
    transfer: mutation(byId.extend({ transfer_id: id(), amount: z.int().positive() }), account),
    /** Schedules two jobs, one inside its transaction and one outside; each leaves one row. */
    remind: mutation(byId.extend({ reminder_id: id(), delay_ms: z.int() }), account),
    /** Changes the row, then waits for something that the kernel forbids there. */
    waitInside: mutation(byId.extend({ on: forbidden }), account),
    /** Answers after a while, from outside any transaction. */
    dawdle: command(z.object({ ms: z.int().max(20_000) }), z.object({ slept_ms: z.int() })),
  },
  api: {},
})
