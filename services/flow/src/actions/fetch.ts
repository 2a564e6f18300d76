import type { FlowAction } from '../flow-action.ts'
import { fetchActions } from '../outside-work.ts'

/** The actions that a web server answers with run next. */
export const fetch: FlowAction<'fetch'> = ({ tx, running, option, callStatus: call_status }) => {
  const { event_url: url, event_method: method } = option
  tx.schedule(fetchActions, running.id, tx.now, { activeflow_id: running.id, url, method, call_status })
  return { go: 'wait' }
}
