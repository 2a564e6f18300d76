import type { Address } from '@voipbin/contracts/address'
import type { Groupcall } from '@voipbin/contracts/call-entities'
import type { Tx } from '@voipbin/sql'
import { newGroupcall } from './groupcall.ts'
import { groupcalls } from './store/groupcalls.ts'
import { ringGroup } from './work.ts'

type Wanted = Pick<Groupcall, 'customer_id' | 'source'> & { readonly destinations: readonly Address[] } & Partial<
    Omit<Groupcall, 'destinations'>
  >

/** Who is behind its destinations is found, and called, outside of the transaction. */
export async function placeGroupcall(tx: Tx, { destinations, id = tx.newId(), ...wanted }: Wanted): Promise<Groupcall> {
  const group = newGroupcall({ ...wanted, destinations: [...destinations] })
  tx.schedule(ringGroup, id, tx.now, { groupcall_id: id, dial_index: 0 })
  return groupcalls.insert(tx, 'groupcall_created', { ...group, id })
}
