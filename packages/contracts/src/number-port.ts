import { z } from 'zod'
import { defineContract, query } from './contract.ts'
import { id } from './fields.ts'

/** What `registrar` asks of `number`, whose own contract has this method among others. */
export const numberPort = defineContract({
  service: 'number',
  events: {},
  methods: {
    /** Whose number it is, if it is active and has a flow that takes calls; null otherwise. */
    findCallableNumber: query(z.object({ number: z.string().max(255) }), z.object({ customer_id: id().nullable() })),
  },
  api: {},
})
