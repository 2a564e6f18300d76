import { defineService, on } from '@voipbin/service-kit'
import { ledgerContract } from '../ledger/contract.ts'
import { accountContract } from './contract.ts'
import { notifyOutside, settle } from './jobs.ts'
import { changeAccount, closeAccount, dawdle, getAccount, openAccount, remind, transfer, waitInside } from './methods.ts'
import { recordApplied } from './store.ts'

export const accountService = defineService({
  contract: accountContract,
  folder: import.meta,
  start: ({ client, cache, fetch }) => ({
    methods: {
      ...{ getAccount, openAccount, changeAccount, closeAccount, transfer, remind, dawdle },
      waitInside: waitInside({
        bus: () => client(ledgerContract).countBookings({}),
        cache: () => cache.get('account'),
        fetch: () => fetch('http://127.0.0.1:1/'),
      }),
    },
    events: [on(ledgerContract, 'ledger_booked', recordApplied, { name: 'confirm' })],
    jobs: [settle, notifyOutside],
  }),
})
