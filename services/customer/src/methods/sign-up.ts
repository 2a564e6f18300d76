import type { customerContract } from '@voipbin/contracts/customer'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer } from '@voipbin/service-kit'
import { newToken, tokenColumns } from '../accesskey.ts'
import type { CustomerConfig } from '../config.ts'
import { newCustomer } from '../customer.ts'
import { signUpLater } from '../jobs/sign-up.ts'

const YEAR_MS = 365 * 86_400_000
/** The job begins when the answer has long gone: one that ran beside it would tell by its time what it found. */
const LATER_MS = 100

/**
 * Looks nothing up, so it cannot tell whether the address has an account, neither by what it answers nor by how long it
 * takes: it chooses ids and a key, and leaves the rest to a job.
 */
export const signUp =
  ({ termsVersion }: CustomerConfig): Answer<typeof customerContract, 'signUp'> =>
  async (tx, { accepted_tos, ...fields }) => {
    const columns = { tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 }
    const customer = { ...fields, id: tx.newId(), terms_agreed_version: termsVersion }
    const token = newToken()
    const naming = { name: 'default', detail: 'Made by the sign-up' }
    const accesskey = { id: tx.newId(), ...naming, ...tokenColumns(token), tm_expire: addMilliseconds(tx.now, YEAR_MS) }
    tx.schedule(signUpLater, customer.id, addMilliseconds(tx.now, LATER_MS), { customer, accesskey })
    return {
      customer: { ...newCustomer({ ...customer, status: 'initial' }), ...columns },
      accesskey: { ...accesskey, ...columns, customer_id: customer.id, token },
    }
  }
