import { invalidArgument } from '@voipbin/contracts/errors'
import type { Action } from '@voipbin/contracts/flow-actions'
import type { Read } from '@voipbin/sql'
import { flowReferences } from './check-actions.ts'
import { flows } from './store/flows.ts'

/** Every flow that actions name is there and the customer's own. @throws INVALID_ARGUMENT with the path of each that is not */
export async function checkReferences(read: Read, customerId: string, actions: readonly Action[]): Promise<void> {
  const details: { field: string; rule: string }[] = []
  const known = new Map<string, boolean>()
  for (const { id, field } of flowReferences(actions)) {
    const isOwn = known.get(id) ?? (await flows.find(read, id))?.customer_id === customerId
    known.set(id, isOwn)
    if (!isOwn) details.push({ field, rule: `there is no flow "${id}"` })
  }
  const [first] = details
  if (first) throw invalidArgument(`Cannot save the flow: field "${first.field}": ${first.rule}`, details)
}
