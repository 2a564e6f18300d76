import type { FlowAction } from '../flow-action.ts'
import { sendWebhook } from '../outside-work.ts'

/** A failure stops nothing; with `sync` the flow waits until it was tried. */
export const webhookSend: FlowAction<'webhook_send'> = ({ tx, running, option, callStatus: call_status }) => {
  const { uri, method, data, data_type, sync } = option
  const isAwaited = sync === true
  // Each is a job of its own, so that a second one does not replace the first.
  tx.schedule(sendWebhook, tx.newId(), tx.now, {
    activeflow_id: running.id,
    uri,
    method,
    data,
    data_type,
    is_awaited: isAwaited,
    call_status,
  })
  return { go: isAwaited ? 'wait' : 'next' }
}
