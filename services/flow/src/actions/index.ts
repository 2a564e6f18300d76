import type { ActionType } from '@voipbin/contracts/flow-actions'
import { type FlowAction, handOver, next, passOver } from '../flow-action.ts'
import { block } from './block.ts'
import { branch } from './branch.ts'
import { call } from './call.ts'
import { conditionCallDigits } from './condition-call-digits.ts'
import { conditionCallStatus } from './condition-call-status.ts'
import { conditionDatetime } from './condition-datetime.ts'
import { conditionVariable } from './condition-variable.ts'
import { fetch } from './fetch.ts'
import { fetchFlow } from './fetch-flow.ts'
import { goto } from './goto.ts'
import { stop } from './stop.ts'
import { variableSet } from './variable-set.ts'
import { webhookSend } from './webhook-send.ts'

export const flowActions = {
  ai_summary: passOver,
  ai_talk: passOver,
  ai_task: passOver,
  amd: passOver,
  answer: handOver,
  beep: handOver,
  block,
  branch,
  call,
  case_create: passOver,
  condition_call_digits: conditionCallDigits,
  condition_call_status: conditionCallStatus,
  condition_datetime: conditionDatetime,
  condition_variable: conditionVariable,
  confbridge_join: handOver,
  conference_join: passOver,
  connect: handOver,
  conversation_send: passOver,
  digits_receive: handOver,
  digits_send: handOver,
  echo: handOver,
  email_send: passOver,
  empty: () => next,
  external_media_start: handOver,
  external_media_stop: handOver,
  fetch,
  fetch_flow: fetchFlow,
  goto,
  hangup: handOver,
  message_send: passOver,
  mute: handOver,
  play: handOver,
  queue_join: passOver,
  recording_start: handOver,
  recording_stop: handOver,
  sleep: handOver,
  stop,
  stream_echo: handOver,
  talk: handOver,
  transcribe_recording: passOver,
  transcribe_start: passOver,
  transcribe_stop: passOver,
  variable_set: variableSet,
  webhook_send: webhookSend,
} satisfies { readonly [T in ActionType]: FlowAction<T> }
