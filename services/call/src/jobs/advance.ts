import type { Call } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type FlowStep, flowContract, type Variables } from '@voipbin/contracts/flow'
import { type Action, holdsFlow } from '@voipbin/contracts/flow-actions'
import { addMilliseconds } from '@voipbin/contracts/time'
import { speechPort } from '@voipbin/contracts/tts-port'
import type { Client, Clients, Ctx } from '@voipbin/service-kit'
import { deriveId, type Tx } from '@voipbin/sql'
import { callActions } from '../actions/index.ts'
import { asFirstAsked } from '../as-first-asked.ts'
import { beginRecording } from '../begin-recording.ts'
import { causeOf, isLive, isOver } from '../call.ts'
import type { CallAction, Plan, SwitchCommand } from '../call-action.ts'
import { forgetStream } from '../forget-stream.ts'
import { mayPass } from '../hopeless.ts'
import type { Command } from '../nodes.ts'
import { createMediaOf, type MediaOf } from '../own-media.ts'
import { namesOfRecording } from '../recording.ts'
import { stepFields } from '../step-fields.ts'
import { calls } from '../store/calls.ts'
import { recordings } from '../store/recordings.ts'
import { callVariables } from '../variables.ts'
import { actionAtWait, goOn } from '../wait.ts'
import { advance, endWait } from '../work.ts'
import { closeUnlessTold } from './close-gone.ts'

type Parts = {
  readonly command: Command
  readonly flow: Client<typeof flowContract>
  readonly speech: Client<typeof speechPort>
  readonly mediaOf: MediaOf
  readonly publicUrl: string
}

/**
 * One step of a call: asks the flow where a wait is over, and does what it says. Whatever is done twice after a crash is done under the
 * same ids, and so once.
 */
export function advanceHandler(client: Clients, command: Command, publicUrl: string) {
  const parts: Parts = {
    ...{ command, publicUrl, flow: client(flowContract), speech: client(speechPort) },
    mediaOf: createMediaOf(client, publicUrl),
  }
  return advance.outside(async (ctx, { call_id, activeflow_id }) => {
    const call = await calls.find(ctx.read(), call_id)
    if (!call) return activeflow_id === undefined ? undefined : endUnheard(parts, activeflow_id)
    if (!isLive(call)) return isOver(call) && call.execution_id === NIL_ID ? endUnheard(parts, call.activeflow_id) : undefined
    if (!call.is_wait_over) return perform(parts, ctx, { call, after: undefined })
    const step = await askFlow(parts, ctx, call).catch((error: unknown) => giveUp(parts, ctx, call, error))
    if (step && call.execution_id === NIL_ID && (await isGone(ctx, call))) return endUnheard(parts, call.activeflow_id)
    return step && perform(parts, ctx, { call: { ...call, ...stepFields(call, step) }, after: call.execution_id })
  })
}

/** The call ended while its flow was being begun. */
async function endUnheard({ flow }: Parts, id: string): Promise<undefined> {
  await flow.endActiveflow({ id, reason: 'hangup' }).catch((error: unknown) => {
    if (!(error instanceof ServiceError) || error.status !== 'NOT_FOUND') throw error
  })
}

/** While its flow was begun; what was asked to end that flow may have come before it was there. */
async function isGone(ctx: Ctx, { id }: Call): Promise<boolean> {
  const now = await calls.find(ctx.read(), id)
  return !now || isOver(now)
}

/** A flow that is gone, or could never run, leaves its call with nothing to do. */
async function giveUp(parts: Parts, ctx: Ctx, call: Call, error: unknown): Promise<undefined> {
  if (mayPass(error)) throw error
  ctx.log.warn('a call has no flow to run', { call_id: call.id, customer_id: call.customer_id, activeflow_id: call.activeflow_id, error })
  await hangUpNow(parts, ctx, call, causeOf('failed'))
}

async function hangUpNow(parts: Parts, ctx: Ctx, call: Call, cause: number): Promise<void> {
  await send(parts, ctx, call, { method: 'hangup', input: { id: call.id, cause, tag: '' } })
}

/** @returns what the call does next, or undefined where somebody else was there first */
async function askFlow({ flow, publicUrl }: Parts, ctx: Ctx, call: Call): Promise<FlowStep | undefined> {
  const step = await (call.execution_id === NIL_ID
    ? asFirstAsked([call], (asked) => start(flow, asked))
    : asFirstAsked(withFewerRecordings(call), async (asked) => next(flow, asked, await lastRecording(ctx, asked, publicUrl))))
  return step.state === 'stale' ? undefined : step
}

/** A client may have begun to record while the answer was on its way. */
const withFewerRecordings = (call: Call): [Call, ...Call[]] => {
  const { recording_ids } = call
  return [call, ...(recording_ids.length > 0 ? [{ ...call, recording_ids: recording_ids.slice(0, -1) }] : [])]
}

/** Named after the wait: however often it is asked, the flow goes on once and answers the same. */
function next(flow: Client<typeof flowContract>, call: Call, known: Variables): Promise<FlowStep> {
  const { activeflow_id: id, execution_id, collected, status } = call
  // No answer is one, too: that of the question before is not it.
  const isAnswer = collected !== '' || actionAtWait(call)?.type === 'digits_receive'
  const variables = { ...known, ...(isAnswer && { 'voipbin.call.digits': collected }) }
  return flow.nextAction({ id, execution_id, variables, call_status: status }, { operationId: execution_id, repeated: false })
}

/** What the flow can read of what was recorded last. The same again after a crash: nothing of it changes as the recording goes on. */
async function lastRecording(ctx: Ctx, { recording_ids }: Call, publicUrl: string): Promise<Variables> {
  const id = recording_ids.at(-1)
  const recording = id === undefined ? undefined : await recordings.find(ctx.read(), id)
  return recording ? namesOfRecording(recording, publicUrl) : {}
}

/** The first step; actions of its own wait where later those of a step do. */
function start(flow: Client<typeof flowContract>, call: Call): Promise<FlowStep> {
  const { activeflow_id: id, customer_id, flow_id, id: reference_id, status: call_status } = call
  const actions = flow_id === NIL_ID ? call.pending_actions : []
  const variables = { client_variables: call.variables, variables: callVariables(call) }
  const begun = { id, customer_id, flow_id, actions, reference_type: 'call', reference_id, call_status, ...variables } as const
  return flow.startActiveflow(begun, { operationId: id, repeated: false })
}

/** A call in its step. `after`: the wait that it followed, where the row does not have the step yet. */
type InStep = { readonly call: Call; readonly after: string | undefined }

/**
 * Does what the step says, in order; the last action may be one to wait for. The row has the step before anything can come of it that the
 * call must know: as a rule in one write, before the commands of the last action. What is done before that write is named by the flow's
 * answer, which is the same when it is asked for again.
 */
async function perform(parts: Parts, ctx: Ctx, step: InStep): Promise<undefined> {
  let { call: current, after } = step
  for (const action of step.call.pending_actions) {
    const plan = await planOf(parts, ctx, current, action)
    const isLast = action.id === step.call.pending_actions.at(-1)?.id
    if ((isLast && !plan.isLast) || plan.changes || plan.begin) {
      const prepared = await prepare(ctx, { call: current, after }, { action, plan, isWait: isLast && holdsFlow(action) })
      if (!prepared) return
      current = prepared
      after = undefined
    }
    // A digit that was there before it began has ended it.
    if (plan.take && current.is_wait_over) return
    for (const each of plan.commands) {
      const isDone = await send(parts, ctx, current, each)
      // What follows in this step need not wait for the news of it.
      if (isDone && each.method === 'answer') current = { ...current, status: 'progressing' }
    }
    if (plan.isLast) return
  }
  if (after !== undefined) await ctx.transaction((tx) => saveStep(tx, { call: current, after }))
  if (current.is_flow_over) await hangUpNow(parts, ctx, current, causeOf('normal'))
}

/** An action that cannot be carried out stops no call: it is over. */
async function planOf({ speech, mediaOf: mediaOfCall }: Parts, ctx: Ctx, call: Call, action: Action): Promise<Plan> {
  const plan = callActions[action.type as keyof typeof callActions] as CallAction | undefined
  try {
    if (!plan) throw new TypeError(`No call carries out "${action.type}"`)
    // What goes on beside the flow has an id of its own in each round of a loop, and the same one after a crash.
    const executionId = holdsFlow(action) ? call.execution_id : deriveId(call.activeflow_id, call.execution_id, action.id, action.type)
    const read = ctx.read()
    const mediaOf = (url: string) => mediaOfCall(read, call, url)
    return await plan({
      ...{ call, action, option: action.option as never, executionId, speech, mediaOf, read },
      transaction: ctx.transaction,
    })
  } catch (error) {
    ctx.log.warn('an action was passed over', { call_id: call.id, customer_id: call.customer_id, action: action.type, error })
    return { commands: [], isOver: true }
  }
}

type Prepared = { readonly action: Action; readonly plan: Plan; readonly isWait: boolean }

/** What the call has to know before a node can answer the commands. @returns undefined where the flow has gone on without us */
function prepare(ctx: Ctx, step: InStep, { action, plan, isWait }: Prepared): Promise<Call | undefined> {
  return ctx.transaction(async (tx) => {
    const found = await findInStep(tx, step)
    if (!found) return undefined
    await plan.begin?.(tx)
    const { now, fields } = found
    const at = { ...now, ...fields }
    const { id: call_id, execution_id } = at
    const { isDone = plan.isOver, ...taken } = (isWait ? plan.take?.(at) : undefined) ?? {}
    const isOver = isWait && isDone === true && execution_id !== NIL_ID && !at.is_wait_over
    if (isOver) goOn(tx, now)
    else if (isWait && plan.timerMs !== undefined)
      tx.schedule(endWait, call_id, addMilliseconds(tx.now, plan.timerMs), { call_id, execution_id })
    return calls.update(tx, 'call_updated', now, { ...fields, ...plan.changes, ...taken, action, ...(isOver && { is_wait_over: true }) })
  })
}

/** @returns the row as it is now, and what it lacks of the step; undefined where it is in another, or ends */
async function findInStep(tx: Tx, { call, after }: InStep): Promise<{ readonly now: Call; readonly fields: Partial<Call> } | undefined> {
  const now = await calls.find(tx, call.id)
  if (!now || !isLive(now)) return undefined
  if (after === undefined) return now.execution_id === call.execution_id ? { now, fields: {} } : undefined
  if (now.execution_id !== after || !now.is_wait_over) return undefined
  const { execution_id, is_wait_over, pending_actions, is_flow_over, collected } = call
  return { now, fields: { execution_id, is_wait_over, pending_actions, is_flow_over, collected } }
}

/** Where no action had to write it. */
async function saveStep(tx: Tx, step: InStep): Promise<void> {
  const found = await findInStep(tx, step)
  if (found) await calls.keep(tx, found.now, found.fields)
}

/** Commands whose `gone` says that the channel is: others name what may end before it. */
const isOfChannel: ReadonlySet<SwitchCommand['method']> = new Set(['answer', 'hangup'])

/** @returns whether the node did it */
async function send({ command }: Parts, ctx: Ctx, call: Call, given: Plan['commands'][number]): Promise<boolean> {
  if (given.method === 'record') {
    await beginRecording(ctx, command, call, given)
    return true
  }
  const { result, rule } = await command(call, given)
  if (given.method === 'stream' && result !== 'ok') await ctx.transaction((tx) => forgetStream(tx, call.id, given.input.id))
  if (result === 'gone' && isOfChannel.has(given.method)) await ctx.transaction(async (tx) => closeUnlessTold(tx, call))
  if (result === 'refused')
    ctx.log.warn('a node refused a command', { call_id: call.id, customer_id: call.customer_id, method: given.method, rule })
  return result === 'ok'
}
