import type { Call } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type FlowStep, flowContract } from '@voipbin/contracts/flow'
import { type Action, holdsFlow } from '@voipbin/contracts/flow-actions'
import { addMilliseconds } from '@voipbin/contracts/time'
import { speechPort } from '@voipbin/contracts/tts-port'
import type { Client, Clients, Ctx } from '@voipbin/service-kit'
import { deriveId } from '@voipbin/sql'
import { callActions } from '../actions/index.ts'
import { beginRecording } from '../begin-recording.ts'
import { causeOf, isLive, isOver } from '../call.ts'
import type { CallAction, Plan } from '../call-action.ts'
import { forgetStream } from '../forget-stream.ts'
import type { Command } from '../nodes.ts'
import { saveStep } from '../save-step.ts'
import { calls } from '../store/calls.ts'
import { callVariables } from '../variables.ts'
import { isWaiting, waitIsOver } from '../wait.ts'
import { advance, endWait } from '../work.ts'

type Parts = { readonly command: Command; readonly flow: Client<typeof flowContract>; readonly speech: Client<typeof speechPort> }

/**
 * One step of a call: asks the flow where a wait is over, saves what it says, and does it. Whatever is done twice after a crash is done
 * under the same ids, and so once.
 */
export function advanceHandler(client: Clients, command: Command) {
  const parts: Parts = { command, flow: client(flowContract), speech: client(speechPort) }
  return advance.outside(async (ctx, { call_id }) => {
    const call = await calls.find(ctx.read(), call_id)
    if (!call || !isLive(call)) return call && isOver(call) ? endUnheard(parts, call) : undefined
    const at = call.is_wait_over ? await askFlow(parts, ctx, call).catch((error: unknown) => giveUp(parts, ctx, call, error)) : call
    if (at) await perform(parts, ctx, at)
    return undefined
  })
}

/** The call ended while its flow was being begun. */
async function endUnheard({ flow }: Parts, { activeflow_id: id, execution_id }: Call): Promise<undefined> {
  if (execution_id !== NIL_ID) return
  await flow.endActiveflow({ id, reason: 'hangup' }).catch((error: unknown) => {
    if (!(error instanceof ServiceError) || error.status !== 'NOT_FOUND') throw error
  })
}

/** A flow that is gone, or could never run, leaves its call with nothing to do. */
async function giveUp({ command }: Parts, { log }: Ctx, call: Call, error: unknown): Promise<undefined> {
  if (!(error instanceof ServiceError) || error.status === 'UNAVAILABLE' || error.status === 'INTERNAL') throw error
  log.warn('a call has no flow to run', { call_id: call.id, customer_id: call.customer_id, activeflow_id: call.activeflow_id, error })
  await command(call, { method: 'hangup', input: { id: call.id, cause: causeOf('failed'), tag: '' } })
}

/** @returns the call with its next step, or undefined where somebody else was there first */
async function askFlow({ flow }: Parts, ctx: Ctx, call: Call): Promise<Call | undefined> {
  const step = call.execution_id === NIL_ID ? await start(flow, call) : await next(flow, call)
  if (step.state === 'stale') return undefined
  return ctx.transaction(async (tx) => {
    const now = await calls.get(tx, call.id)
    return now.execution_id === call.execution_id && now.is_wait_over && isLive(now) ? saveStep(tx, now, step) : undefined
  })
}

/** Named after the wait: however often it is asked, the flow goes on once and answers the same. */
function next(flow: Client<typeof flowContract>, { activeflow_id: id, execution_id, collected, status }: Call): Promise<FlowStep> {
  const variables = collected === '' ? {} : { 'voipbin.call.digits': collected }
  return flow.nextAction({ id, execution_id, variables, call_status: status }, { operationId: execution_id })
}

/** The first step; actions of its own wait where later those of a step do. */
function start(flow: Client<typeof flowContract>, call: Call): Promise<FlowStep> {
  const { activeflow_id: id, customer_id, flow_id, id: reference_id } = call
  const actions = flow_id === NIL_ID ? call.pending_actions : []
  const variables = { client_variables: call.variables, variables: callVariables(call) }
  const begun = { id, customer_id, flow_id, actions, reference_type: 'call', reference_id, ...variables } as const
  return flow.startActiveflow(begun, { operationId: id })
}

/** Does what the step still has to do, in order; the last action may be one to wait for. */
async function perform(parts: Parts, ctx: Ctx, call: Call): Promise<void> {
  let current = call
  for (const action of call.pending_actions) {
    const plan = await planOf(parts, ctx, current, action)
    const isLast = action.id === call.pending_actions.at(-1)?.id
    current = await prepare(ctx, current, { action, plan, isWait: isLast && holdsFlow(action) })
    for (const each of plan.commands) await send(parts, ctx, current, each)
  }
  await ctx.transaction(async (tx) => {
    const now = await calls.get(tx, call.id)
    if (now.execution_id !== call.execution_id || !isLive(now)) return
    if (now.pending_actions.length > 0) await calls.update(tx, 'call_updated', now, { pending_actions: [] })
  })
  if (current.is_flow_over) await parts.command(current, { method: 'hangup', input: { id: current.id, cause: 16, tag: '' } })
}

/** An action that cannot be carried out stops no call: it is over. */
async function planOf({ speech }: Parts, ctx: Ctx, call: Call, action: Action): Promise<Plan> {
  const plan = callActions[action.type as keyof typeof callActions] as CallAction | undefined
  try {
    if (!plan) throw new TypeError(`No call carries out "${action.type}"`)
    // What goes on beside the flow has an id of its own in each round of a loop, and the same one after a crash.
    const executionId = holdsFlow(action) ? call.execution_id : deriveId(call.activeflow_id, call.execution_id, action.id, action.type)
    return await plan({ call, action, option: action.option as never, executionId, speech, transaction: ctx.transaction, read: ctx.read() })
  } catch (error) {
    ctx.log.warn('an action was passed over', { call_id: call.id, customer_id: call.customer_id, action: action.type, error })
    return { commands: [], isOver: true }
  }
}

type Prepared = { readonly action: Action; readonly plan: Plan; readonly isWait: boolean }

/** What the call has to know before a node can answer the commands. */
function prepare(ctx: Ctx, call: Call, { action, plan, isWait }: Prepared): Promise<Call> {
  return ctx.transaction(async (tx) => {
    const now = await calls.get(tx, call.id)
    if (now.execution_id !== call.execution_id || !isLive(now)) return now
    const changes = { ...plan.changes, action }
    await plan.begin?.(tx)
    if (isWait && plan.isOver && isWaiting(now, now.execution_id)) return waitIsOver(tx, now, changes)
    if (isWait && plan.timerMs !== undefined) {
      tx.schedule(endWait, call.id, addMilliseconds(tx.now, plan.timerMs), { call_id: call.id, execution_id: now.execution_id })
    }
    return calls.update(tx, 'call_updated', now, changes)
  })
}

async function send({ command }: Parts, ctx: Ctx, call: Call, given: Plan['commands'][number]): Promise<void> {
  if (given.method === 'record') return beginRecording(ctx, command, call, given)
  const { result, rule } = await command(call, given)
  if (given.method === 'stream' && result !== 'ok') await ctx.transaction((tx) => forgetStream(tx, call.id, given.input.id))
  if (result === 'refused')
    ctx.log.warn('a node refused a command', { call_id: call.id, customer_id: call.customer_id, method: given.method, rule })
}
