import { z } from 'zod'
import { defineContract, query } from './contract.ts'
import { id, timestamp } from './fields.ts'
import { ofCustomer, pageFields, pageOf } from './page.ts'
import { AdminOrManager } from './permission.ts'

/** What is asked for by name, and what its events are called. */
export const timelineResources = ['calls', 'conferences', 'flows', 'activeflows'] as const

/** Something that happened, as it was told then. */
export const timelineEvent = z.object({
  id: id(),
  timestamp: timestamp(),
  event_type: z.string().max(100),
  publisher: z.string().max(32).describe('The service that told of it'),
  resource_id: z.string().max(255).describe('What it tells of'),
  data: z.record(z.string(), z.unknown()),
})
export type TimelineEvent = z.output<typeof timelineEvent>

const page = { default: 100, max: 1000 }

export const timelineContract = defineContract({
  service: 'timeline',
  /** None: it would hear of itself. */
  events: {},
  methods: {
    /** Of one resource alone. @throws RESOURCE_NOT_FOUND where nothing was told of it */
    listResourceEvents: query(
      ofCustomer(z.object({ resource_type: z.enum(timelineResources), resource_id: id(), ...pageFields })),
      pageOf(timelineEvent),
    ),
    /** Of a call or activeflow and all that belongs to it; of everything of the customer where neither is named. */
    listAggregatedEvents: query(
      ofCustomer(z.object({ call_id: id().optional(), activeflow_id: id().optional(), ...pageFields })),
      pageOf(timelineEvent),
    ),
  },
  api: {
    'GET /timelines/:resource_type/:resource_id/events': { method: 'listResourceEvents', permission: AdminOrManager, page },
    'GET /aggregated-events': { method: 'listAggregatedEvents', permission: AdminOrManager, page },
  },
})
