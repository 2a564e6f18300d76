import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

/** Of the call behind the flow, as it was when the flow began to wait: conditions behind the wait look at it. */
const callStatus = z.string().default('')

/** What a flow has done outside of the platform: the jobs that actions leave behind. Who carries them out is in `jobs/`. */
export const fetchActions = job(
  'fetch_actions',
  z.object({ activeflow_id: id(), url: z.string(), method: z.string(), call_status: callStatus }),
  { hands: 256 },
)

const sent = z.object({
  activeflow_id: id(),
  uri: z.string(),
  method: z.string(),
  data: z.string(),
  data_type: z.string(),
  is_awaited: z.boolean(),
  call_status: callStatus,
})

export const sendWebhook = job('send_webhook', sent, { hands: 256 })
