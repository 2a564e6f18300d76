import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Activeflow, FlowStep, Variables } from '@voipbin/contracts/flow'
import type { Action } from '@voipbin/contracts/flow-actions'
import type { Tx } from '@voipbin/sql'
import { newActiveflow } from './activeflow.ts'
import { runFirst } from './run.ts'
import { flows } from './store/flows.ts'

type Given = Pick<
  Activeflow,
  | 'id'
  | 'customer_id'
  | 'flow_id'
  | 'reference_type'
  | 'reference_id'
  | 'reference_activeflow_id'
  | 'webhook_uri'
  | 'webhook_method'
  | 'complete_count'
> & { readonly actions: readonly Action[]; readonly variables: Variables }

/** Makes an activeflow and runs it up to its first wait. @throws FLOW_NOT_FOUND where the customer has no such flow */
export async function startFlow(
  tx: Tx,
  { actions, variables, ...given }: Given,
  callStatus = '',
): Promise<{ readonly activeflow: Activeflow; readonly step: FlowStep }> {
  const flow = given.flow_id === NIL_ID ? undefined : await flows.find(tx, given.flow_id)
  if (given.flow_id !== NIL_ID && flow?.customer_id !== given.customer_id)
    throw new ServiceError('NOT_FOUND', 'FLOW_NOT_FOUND', `Cannot start flow "${given.flow_id}": there is none`)
  const fields = newActiveflow(
    {
      ...given,
      // What follows the end of a call has none any more.
      has_call: given.reference_type === 'call' && given.complete_count === 0,
      on_complete_flow_id: flow?.on_complete_flow_id ?? NIL_ID,
      variables: { ...variables, ...reserved(given) },
    },
    flow ? flow.actions : actions,
  )
  return runFirst(tx, fields, callStatus)
}

const reserved = (given: Omit<Given, 'actions' | 'variables'>): Variables => ({
  'voipbin.activeflow.id': given.id,
  'voipbin.activeflow.reference_type': given.reference_type,
  'voipbin.activeflow.reference_id': given.reference_id,
  'voipbin.activeflow.reference_activeflow_id': given.reference_activeflow_id,
  'voipbin.activeflow.flow_id': given.flow_id,
  'voipbin.activeflow.complete_count': String(given.complete_count),
})
