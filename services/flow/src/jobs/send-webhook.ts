import type { Outbound } from '@voipbin/outbound'
import { goOnBySelf } from '../go-on-by-self.ts'
import { sendWebhook } from '../outside-work.ts'
import { activeflows } from '../store/activeflows.ts'

/** The author's own body, once; whether it arrives changes nothing for the flow. */
export const sendWebhookHandler = (outbound: Outbound) =>
  sendWebhook.outside(async (ctx, { activeflow_id, uri, method, data, data_type, is_awaited, call_status }) => {
    const before = await activeflows.find(ctx.read(), activeflow_id)
    try {
      const body = method === 'GET' || data === '' ? {} : { body: data }
      await outbound.request({ url: uri, method, headers: { 'content-type': data_type }, ...body })
    } catch (error) {
      ctx.log.info('webhook_send failed', { activeflow_id, error })
    }
    if (!is_awaited) return undefined
    return async (tx) => {
      const activeflow = await activeflows.find(tx, activeflow_id)
      if (activeflow?.status === 'running' && activeflow.execution_id === before?.execution_id)
        await goOnBySelf(tx, activeflow, call_status)
    }
  })
