import { id } from '@voipbin/contracts/fields'
import { numberProviders } from '@voipbin/contracts/number'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

/** What is done later; who carries it out is in `jobs/`. */
const provider_name = z.enum(numberProviders)

/** A number was to be bought: where nobody here has it some minutes later, it is given back. */
export const settlePurchase = job('settle_purchase', z.object({ number: z.string(), provider_name }))
/** A number that was ours is given back to its provider. */
export const releaseNumber = job('release_number', z.object({ number: z.string(), provider_name, reference: z.string() }))
/** The provider is told whose the number is. */
export const labelNumber = job('label_number', z.object({ number_id: id() }))
/** A number is due to be paid for again. */
export const renewNumber = job('renew_number', z.object({ number_id: id() }))
/** A flow is gone: no number runs it any more. */
export const forgetFlow = job('forget_flow', z.object({ customer_id: id(), flow_id: id(), isSecondLook: z.boolean() }))
