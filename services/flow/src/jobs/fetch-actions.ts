import type { Activeflow } from '@voipbin/contracts/flow'
import { type Action, action, MAX_ACTIONS } from '@voipbin/contracts/flow-actions'
import type { Outbound } from '@voipbin/outbound'
import type { Ctx } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { push } from '../activeflow.ts'
import { checkActions } from '../check-actions.ts'
import { checkReferences } from '../check-references.ts'
import { goOnBySelf } from '../go-on-by-self.ts'
import { fetchActions } from '../outside-work.ts'
import { endUnasked } from '../run.ts'
import { activeflows } from '../store/activeflows.ts'

/** Of one server of a customer: longer, and the caller hears nothing for too long. */
export const fetchLimits = { dialMs: 5000, headersMs: 10_000, totalMs: 15_000, redirects: 3, bodyOctets: 256 * 1024 }

const answered = z.array(action).max(MAX_ACTIONS)

/** Asks once; what cannot be had or is no list of actions ends the flow, with the reason in it. */
export const fetchActionsHandler = (outbound: Outbound) =>
  fetchActions.outside(async (ctx, { activeflow_id, url, method, call_status }) => {
    const waiting = await activeflows.find(ctx.read(), activeflow_id)
    if (waiting?.status !== 'running') return undefined
    const got = await ask(outbound, { url, method, activeflow: waiting }, ctx)
    return (tx) => take(tx, { waiting, call_status }, got)
  })

type Asked = { readonly url: string; readonly method: string; readonly activeflow: Activeflow }
type Got = { readonly actions: Action[] } | { readonly problem: string }

async function ask(outbound: Outbound, { url, method, activeflow }: Asked, { log }: Ctx): Promise<Got> {
  const { id: activeflow_id, flow_id, customer_id, reference_type, reference_id } = activeflow
  const body = method === 'GET' ? {} : { body: JSON.stringify({ activeflow_id, flow_id, reference_type, reference_id }) }
  try {
    const {
      status,
      body: answer,
      isComplete,
    } = await outbound.request({
      url,
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...body,
    })
    if (status !== 200) return { problem: `answered ${status}` }
    if (!isComplete) return { problem: `answered with more than ${fetchLimits.bodyOctets} octets` }
    return { actions: answered.parse(JSON.parse(answer.toString('utf8'))) }
  } catch (error) {
    log.info('cannot fetch actions', { customer_id, activeflow_id, error })
    return {
      problem: error instanceof z.ZodError || error instanceof SyntaxError ? 'did not answer with a list of actions' : messageOf(error),
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

type Begun = { readonly waiting: Activeflow; readonly call_status: string }

async function take(tx: Tx, { waiting, call_status }: Begun, got: Got): Promise<void> {
  const activeflow = await activeflows.find(tx, waiting.id)
  if (activeflow?.status !== 'running' || activeflow.execution_id !== waiting.execution_id) return
  const checked = 'problem' in got ? got : await check(tx, activeflow, got.actions)
  if ('problem' in checked) {
    await endUnasked(tx, activeflow, `FETCH_FAILED: ${checked.problem}`)
    return
  }
  const pushed = { ...activeflow }
  if (push(pushed, checked.actions, tx.newId())) await goOnBySelf(tx, activeflow, call_status, pushed)
  else await endUnasked(tx, activeflow, 'LIMIT: too many stacks')
}

async function check(tx: Tx, { customer_id }: Activeflow, actions: readonly Action[]): Promise<Got> {
  try {
    const checked = checkActions(actions, tx.newId)
    await checkReferences(tx, customer_id, checked)
    return { actions: checked }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
