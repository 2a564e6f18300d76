import { z } from 'zod'
import { defineContract, query } from './contract.ts'
import { id } from './fields.ts'

/** What `call` and `registrar` ask of `number`, whose own contract has this method among others. */
export const numberPort = defineContract({
  service: 'number',
  events: {},
  methods: {
    /** The owner of a number that is in use: `+15551234`, `+899…`. Null: nobody here. */
    findNumber: query(
      z.object({ number: z.string().max(64) }),
      z.object({
        number: z.object({ id: id(), customer_id: id(), number: z.string(), call_flow_id: id(), is_virtual: z.boolean() }).nullable(),
      }),
    ),
  },
  api: {},
})
