import { randomBytes } from 'node:crypto'
import type { Contract, EventsOf } from '@voipbin/contracts/contract'
import { type Direct, type DirectResourceType, directContract } from '@voipbin/contracts/direct'
import type { AnyEntity } from '@voipbin/contracts/entity'
import type { Changes, EntityTable } from '@voipbin/sql'
import type { z } from 'zod'
import { type Listener, onAny } from './listener.ts'

/** For a resource that is made, or whose hash is renewed: 48 random bits, as `direct.` and 12 hex characters. */
export const newDirectHash = (): string => `direct.${randomBytes(6).toString('hex')}`

type Carrier = z.output<AnyEntity> & { readonly direct_hash: string }

/**
 * What every service declares whose rows carry a direct hash: where the directory found the hash taken, the row takes the one that it
 * was given instead. A row that has another hash by now is left alone.
 */
export function keepDirectHash<C extends Contract, T extends Carrier>(
  table: EntityTable<C, T>,
  resourceType: DirectResourceType,
  event: EventsOf<C, T>,
): Listener {
  const topics = ['direct_created', 'direct_regenerated'].map((type) => ({ publisher: directContract.service, type }))
  return onAny(topics, `direct:keep_${table.table}`, async (tx, { data }) => {
    const { resource_type, resource_id, hash, refused_hash } = data as Direct
    if (resource_type !== resourceType || refused_hash === '') return
    const row = await table.find(tx, resource_id)
    if (row?.direct_hash === refused_hash) await table.update(tx, event, row, { direct_hash: hash } as unknown as Changes<T>)
  })
}
