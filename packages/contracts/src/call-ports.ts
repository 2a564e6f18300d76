import { z } from 'zod'
import { address } from './address.ts'
import { defineContract, mutation } from './contract.ts'
import { id, NIL_ID } from './fields.ts'
import { flowStep } from './flow.ts'
import { action } from './flow-actions.ts'

/** What a running flow asks of `call`, whose own contract has these methods among others. */
export const flowCallPort = defineContract({
  service: 'call',
  events: {},
  methods: {
    /** A step that the flow found by itself, after something outside: a fetch, a push, a continue. */
    takeStep: mutation(z.object({ id: id(), step: flowStep }), z.object({})),
    /** The flow of this call ended before the call did: hang up. */
    endOfFlow: mutation(z.object({ id: id(), activeflow_id: id() }), z.object({})),
    /** The action `call`: calls that run their own flow. */
    placeCalls: mutation(
      z.object({
        customer_id: id(),
        master_call_id: id().default(NIL_ID),
        source: address,
        destinations: z.array(address).min(1),
        flow_id: id(),
        actions: z.array(action),
        /** They end when the master call does. */
        is_chained: z.boolean(),
        has_early_execution: z.boolean(),
        anonymous: z.enum(['yes', 'no', 'auto']),
        variables: z.record(z.string(), z.string()),
      }),
      z.object({ call_ids: z.array(id()) }),
    ),
  },
  api: {},
})
