import type { FlowAction } from '../flow-action.ts'
import { fetchActions } from '../outside-work.ts'

/** The actions that a web server answers with run next. */
export const fetch: FlowAction<'fetch'> = ({ tx, running, option }) => {
  tx.schedule(fetchActions, running.id, tx.now, { activeflow_id: running.id, url: option.event_url, method: option.event_method })
  return { go: 'wait' }
}
