import { defineContract, event, mutation } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id, internal, ref, secret } from '@voipbin/contracts/fields'
import { byId } from '@voipbin/contracts/page'
import { z } from 'zod'
import { entityTable } from '../src/index.ts'

/** An entity with a field of every kind that a column can hold. */
export const sample = entity(
  'sample',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    note: z.string().max(20).nullable(),
    hint: z.string().max(20).optional(),
    status: z.enum(['idle', 'busy']),
    owner_id: ref('agent'),
    is_open: z.boolean(),
    was_open: z.boolean().nullable(),
    count: z.int(),
    ratio: z.number(),
    limit_count: z.int().nullable(),
    /** A reserved word of both databases. */
    order: z.array(z.string()),
    options: z.record(z.string(), z.unknown()).nullable(),
    password: secret(z.string().max(64)),
    hidden: internal(z.string().max(64)),
  },
  { get: 'getSample' },
)
export type Sample = z.output<typeof sample>

export const sampleContract = defineContract({
  service: 'sample',
  events: {
    sample_created: sample,
    sample_updated: sample,
    sample_moved: event(sample, { order_key: 'owner_id' }),
    sample_deleted: sample,
  },
  methods: { renameSample: mutation(byId.extend({ name: z.string().max(255).default('unnamed') }), sample) },
  api: {},
})

export const samples = entityTable(sampleContract, 'sample_samples', sample)

export const newSample = (fields: Partial<Sample> = {}) => ({
  ...{ customer_id: id().parse('00000000-0000-4000-8000-00000000000a'), name: 'a name', detail: '', note: null, status: 'idle' as const },
  ...{
    owner_id: '',
    is_open: true,
    was_open: null,
    count: 0,
    ratio: 0,
    limit_count: null,
    order: [],
    options: null,
    password: 'pw',
    hidden: '',
  },
  ...fields,
})
