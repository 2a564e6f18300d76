import { customerContract } from '@voipbin/contracts/customer'
import { defineService, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { authenticateAccesskey } from './methods/authenticate-accesskey.ts'
import { createAccesskey } from './methods/create-accesskey.ts'
import { createCustomer } from './methods/create-customer.ts'
import { deleteAccesskey } from './methods/delete-accesskey.ts'
import { deleteCustomer } from './methods/delete-customer.ts'
import { getAccesskey } from './methods/get-accesskey.ts'
import { getCustomer } from './methods/get-customer.ts'
import { listAccesskeys } from './methods/list-accesskeys.ts'
import { listCustomers } from './methods/list-customers.ts'
import { seed } from './methods/seed.ts'
import { updateAccesskey } from './methods/update-accesskey.ts'
import { accesskeys } from './store/accesskeys.ts'

export const customerService = defineService({
  contract: customerContract,
  folder: import.meta,
  synchronous: 'FULL',
  start: () => ({
    methods: {
      ...{ listCustomers, getCustomer, createCustomer, deleteCustomer, seed },
      ...{ listAccesskeys, getAccesskey, createAccesskey, updateAccesskey, deleteAccesskey, authenticateAccesskey },
    },
    events: [purgeOnCustomerDeleted(accesskeys, 'accesskey_deleted')],
  }),
})
