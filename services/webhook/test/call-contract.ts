import { defineContract, event } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id, internal, NIL_ID, secret } from '@voipbin/contracts/fields'
import { z } from 'zod'

const call = entity(
  'call',
  { activeflow_id: id(), status: z.string(), channel_id: internal(z.string()), token: secret(z.string()) },
  { get: 'getCall' },
)
export type Call = z.output<typeof call>
const recording = entity('recording', { call_id: id(), status: z.string() }, { get: 'getRecording' })
export type Recording = z.output<typeof recording>

/** A publisher of events that customers may see, and of one that they may not. */
export const callContract = defineContract({
  service: 'call',
  events: {
    call_created: event(call, { public: true }),
    call_updated: event(call, { public: true }),
    call_hangup: event(call, { public: true }),
    call_moved: call,
    recording_started: event(recording, { public: true, order_key: 'call_id' }),
  },
  methods: {},
  api: {},
})

const times = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null }

export const aCall = (fields: Partial<Call> & { customer_id: string }): Call => ({
  ...{ id: crypto.randomUUID(), activeflow_id: NIL_ID, status: 'ringing', channel_id: 'channel-1', token: 'call-secret', version: 1 },
  ...times,
  ...fields,
})

export const aRecording = (fields: Partial<Recording> & { customer_id: string; call_id: string }): Recording => ({
  ...{ id: crypto.randomUUID(), status: 'started', version: 1 },
  ...times,
  ...fields,
})
