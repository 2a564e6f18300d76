import { flowCallPort } from '@voipbin/contracts/call-ports'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type Activeflow, type FlowStep, flowContract } from '@voipbin/contracts/flow'
import { type Action, actionRules, FINISH_ACTION_ID, holdsFlow } from '@voipbin/contracts/flow-actions'
import type { Tx } from '@voipbin/sql'
import { resolveOption } from './action-option.ts'
import { flowActions } from './actions/index.ts'
import { begin, end, MAX_COMPLETE_COUNT, type NewActiveflow, push, type Running } from './activeflow.ts'
import type { ActionRun, FlowAction, Went } from './flow-action.ts'
import { takeNext } from './stacks.ts'
import { activeflows } from './store/activeflows.ts'

/** Actions in one step, between two waits: a loop that nothing holds up ends here. */
const MAX_STEP = 1000
/** Actions of one activeflow. An IVR that somebody walks through all day needs fewer. */
const MAX_EXECUTED = 20_000

/**
 * Runs on from where the flow stands until it waits, or the party has something to do, or it ends; saves that, tells of it, and
 * answers with what the party does.
 * @param changed the activeflow with what is to be saved along
 */
export async function runOn(tx: Tx, activeflow: Activeflow, callStatus: string, changed: Running = activeflow): Promise<Ran> {
  const running: Running = { ...changed }
  const actions = await runActions(tx, running, callStatus)
  const saved = await save(tx, activeflow, running)
  return { activeflow: saved, step: stepOf(saved, actions) }
}

/** The same from its start: told of once, as it waits for the first time; one that has ended by then, as it began and as it ended. */
export async function runFirst(tx: Tx, fields: NewActiveflow, callStatus: string): Promise<Ran> {
  const made = { tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 }
  const running: Running = { ...fields, ...made }
  const actions = await runActions(tx, running, callStatus)
  if (running.status === 'running') {
    const saved = await activeflows.insert(tx, 'activeflow_created', running)
    return { activeflow: saved, step: stepOf(saved, actions) }
  }
  const saved = await save(tx, await activeflows.insert(tx, 'activeflow_created', fields), running)
  return { activeflow: saved, step: stepOf(saved, actions) }
}

type Ran = { readonly activeflow: Activeflow; readonly step: FlowStep }

/** Ends it now. @param changed the activeflow with what is to be saved along */
export async function endNow(tx: Tx, activeflow: Activeflow, reason: string, changed: Running = activeflow): Promise<Activeflow> {
  const running: Running = { ...changed }
  end(running, reason)
  return save(tx, activeflow, running)
}

/** The same where the call behind it does not know yet: it hangs up. */
export function endUnasked(tx: Tx, activeflow: Activeflow, reason: string): Promise<Activeflow> {
  if (activeflow.has_call) tx.request(flowCallPort, 'endOfFlow', { id: activeflow.reference_id, activeflow_id: activeflow.id })
  return endNow(tx, activeflow, reason)
}

export function stepOf(activeflow: Activeflow, actions: readonly Action[]): FlowStep {
  const { id: activeflow_id, execution_id, status } = activeflow
  const last = actions.at(-1)
  const isRun = execution_id !== NIL_ID && last !== undefined && holdsFlow(last)
  return { activeflow_id, execution_id, actions: [...actions], state: status === 'ended' ? 'ended' : isRun ? 'run' : 'wait' }
}

async function save(tx: Tx, before: Activeflow, running: Running): Promise<Activeflow> {
  if (before.status === 'running' && running.status === 'ended') follow(tx, running)
  const { id, tm_create, tm_update, tm_delete, version, ...fields } = running
  const changes = Object.entries(fields).filter(([name, value]) => value !== before[name as keyof Activeflow])
  return activeflows.update(tx, 'activeflow_updated', before, Object.fromEntries(changes))
}

/** What its flow wants to run when it has ended. */
function follow(tx: Tx, { on_complete_flow_id, complete_count, ...ended }: Running): void {
  if (on_complete_flow_id === NIL_ID || complete_count >= MAX_COMPLETE_COUNT) return
  tx.request(flowContract, 'startActiveflow', {
    ...{ id: tx.newId(), customer_id: ended.customer_id, flow_id: on_complete_flow_id },
    ...{ reference_type: ended.reference_type, reference_id: ended.reference_id, reference_activeflow_id: ended.id },
    ...{ variables: ended.variables, complete_count: complete_count + 1 },
  })
}

/** @returns what the party does, in order */
async function runActions(tx: Tx, running: Running, callStatus: string): Promise<Action[]> {
  const step: Step = { tx, running, callStatus, handed: [] }
  running.execution_id = NIL_ID
  for (let count = 0; running.status === 'running' && running.execution_id === NIL_ID; count++) {
    if (count >= MAX_STEP) end(running, `LOOP: ${MAX_STEP} actions without a wait`)
    else if (running.execute_count >= MAX_EXECUTED) end(running, `LIMIT: ${MAX_EXECUTED} actions`)
    else await runNext(step)
  }
  return step.handed
}

type Step = { readonly tx: Tx; readonly running: Running; callStatus: string; readonly handed: Action[] }

async function runNext(step: Step): Promise<void> {
  const { tx, running, callStatus, handed } = step
  const taken = running.forward_action_id === FINISH_ACTION_ID ? undefined : takeNext(running)
  if (!taken || taken.action.id === FINISH_ACTION_ID) return end(running, 'finished')
  const { current_action, ...position } = taken.position
  Object.assign(running, position)
  const action = taken.action
  const resolved = fits(action, running) ? resolveOption(action, running.variables) : 'empty'
  if (resolved === 'empty') {
    running.current_action = action
    return
  }
  begin(running, action, tx.now)
  if ('problems' in resolved) {
    const [problem] = resolved.problems
    return end(running, `INVALID_OPTION: ${action.type}.${problem?.path.join('.')}: ${problem?.message}`)
  }
  const run = flowActions[action.type] as FlowAction
  const went = await runOne(run, { tx, running, action, option: resolved.option as never, callStatus })
  const asRun = { ...action, option: resolved.option, tm_execute: tx.now }
  if (went.go === 'call') handed.push(asRun)
  // The party does it before whatever is decided next is done.
  if (action.type === 'answer') step.callStatus = 'progressing'
  goOn({ tx, running, action: asRun }, went)
}

/** What an action may not do ends its flow, which would wait for ever where nobody is there to hear of it. */
async function runOne(run: FlowAction, given: ActionRun): Promise<Went> {
  try {
    return await run(given)
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 'INVALID_ARGUMENT') throw error
    return { go: 'end', reason: `${error.reason}: ${error.message}` }
  }
}

function goOn({ tx, running, action }: { readonly tx: Tx; readonly running: Running; readonly action: Action }, went: Went): void {
  if (went.go === 'end') end(running, went.reason)
  else if (went.go === 'jump') running.forward_action_id = went.to
  else if (went.go === 'wait' || (went.go === 'call' && holdsFlow(action))) running.execution_id = tx.newId()
  else if (went.go === 'push') {
    if (!push(running, went.actions, tx.newId())) end(running, 'LIMIT: too many stacks')
  }
}

/** An action that needs a call, where there is none, is passed over, and the other way about. */
function fits({ type }: Action, { has_call, reference_type }: Running): boolean {
  const { media } = actionRules[type]
  return media === 'any' || (media === 'rtc' ? has_call : !has_call && reference_type !== '')
}
