import { z } from 'zod'
import { address } from './address.ts'
import { id, NIL_ID, timestamp } from './fields.ts'

/** Ids that every flow has without declaring them. */
export const START_ACTION_ID = '00000000-0000-0000-0000-000000000001'
export const FINISH_ACTION_ID = '00000000-0000-0000-0000-000000000002'

/** Text in which `${name}` stands for a variable; it is what it should be once the action runs. */
const template = z
  .string()
  .max(1024)
  .regex(/\$\{[^}]*\}/, 'as text it must contain a variable')
/** A value of a kind that text cannot be, or a template for one. */
const or = <S extends z.ZodType>(schema: S) => z.union([schema, template])

const text = (max: number) => z.string().max(max).default('')
const flag = or(z.boolean()).default(false)
const milliseconds = (max: number) => or(z.int().min(0).max(max)).describe('milliseconds')
const seconds = or(z.int().min(0).max(86_400)).describe('seconds; 0: no limit').default(0)
const comparison = z.enum(['==', '!=', '>', '>=', '<', '<='])
/** An action of the same flow; nil: none. */
const target = () => id().describe('an action of the same flow; nil: none').default(NIL_ID).meta({ target: true })
const anonymous = z.enum(['yes', 'no', 'auto']).default('auto')
const destinations = z.array(address).min(1).max(100)
const source = address.prefault({})
const none = z.object({})
const onEndFlow = id().default(NIL_ID)
/** What stands for a kind of media that this platform has not got is refused when it is saved, with this. */
const only = <const V extends readonly [string, ...string[]]>(...values: V) =>
  z.enum(values, {
    error: ({ input }) => `${JSON.stringify(input)} is not available on this platform; there is: ${values.filter(Boolean).join(', ')}`,
  })
const side = z.enum(['', 'in', 'out', 'both']).default('')
const mediaHost = z
  .string()
  .max(255)
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/, 'must be a host with its port, such as media.example.com:4000')
const week = z.array(or(z.int().min(0).max(6))).max(7)
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 09:30')
const calendarDay = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a day such as 2026-01-31')

/** Options of an action whose service is not there yet; a flow with one is refused. */
const later = z.record(z.string(), z.unknown())

/**
 * What each type of action may be given. Times are milliseconds unless a comment says seconds; the names are those of the public API.
 */
export const actionOptions = {
  ai_summary: later,
  ai_talk: later,
  ai_task: later,
  amd: later,
  answer: none,
  beep: none,
  block: none,
  branch: z.object({
    variable: z.string().max(255).default('voipbin.call.digits'),
    default_target_id: target(),
    target_ids: z.record(z.string().max(255), id().meta({ target: true })).default({}),
  }),
  call: z.object({
    source,
    destinations,
    flow_id: id().default(NIL_ID),
    get actions() {
      return z.array(action).max(MAX_ACTIONS).default([])
    },
    chained: flag,
    early_execution: flag,
    anonymous,
  }),
  case_create: later,
  condition_call_digits: z.object({ length: or(z.int().min(0).max(100)).default(0), key: text(16), false_target_id: target() }),
  condition_call_status: z.object({
    status: z.enum(['dialing', 'ringing', 'progressing', 'terminating', 'canceling', 'hangup']),
    false_target_id: target(),
  }),
  /** Parts that are left out are not looked at. `ranges`: true within any of them; weekday 0 is Sunday. */
  condition_datetime: z.object({
    condition: comparison.default('=='),
    minute: or(z.int().min(-1).max(59)).optional(),
    hour: or(z.int().min(-1).max(23)).optional(),
    day: or(z.int().min(0).max(31)).optional(),
    month: or(z.int().min(0).max(12)).optional(),
    weekdays: week.default([]),
    /** IANA name. */
    time_zone: z.string().max(64).default('UTC'),
    ranges: z
      .array(
        z.object({
          weekdays: week.default([]),
          from_time: clockTime.default('00:00'),
          /** Not included; before `from_time`: the next morning. */
          to_time: clockTime.default('24:00'),
          from_day: calendarDay.optional(),
          /** Included. */
          to_day: calendarDay.optional(),
        }),
      )
      .max(50)
      .default([]),
    false_target_id: target(),
  }),
  condition_variable: z.object({
    condition: comparison.default('=='),
    /** Text whose variables have been filled in: `${voipbin.call.source.target}`. */
    variable: text(65_536),
    value_type: z.enum(['string', 'number', 'length']).default('string'),
    value_string: text(65_536),
    value_number: or(z.number()).default(0),
    value_length: or(z.int()).default(0),
    false_target_id: target(),
  }),
  confbridge_join: z.object({ confbridge_id: or(id()) }),
  conference_join: later,
  connect: z.object({ source, destinations, early_media: flag, relay_reason: flag, anonymous }),
  conversation_send: later,
  digits_receive: z.object({
    duration: milliseconds(600_000).default(5000),
    /** Any of these ends it, and is not stored. */
    key: text(16),
    length: or(z.int().min(0).max(100)).default(1),
  }),
  digits_send: z.object({
    digits: or(z.string().regex(/^[0-9A-D#*]{1,100}$/, 'must be up to 100 of 0-9, A-D, # and *')),
    duration: or(z.int().min(100).max(1000)).default(100),
    interval: milliseconds(5000).default(100),
  }),
  echo: z.object({ duration: milliseconds(86_400_000).default(180_000) }),
  email_send: later,
  empty: none,
  external_media_start: z.object({
    external_host: or(mediaHost),
    encapsulation: only('', 'rtp').default('rtp'),
    transport: only('', 'udp').default('udp'),
    transport_data: text(1024),
    connection_type: only('', 'client').default('client'),
    format: only('', 'ulaw', 'alaw', 'slin', 'slin16').default('ulaw'),
    /** Of the party: `in` what it says, `out` what it hears. Neither of the two named: the host hears `in`, and is heard by the party. */
    direction_listen: side,
    direction_speak: side,
    data: text(1024),
  }),
  external_media_stop: none,
  fetch: z.object({ event_url: z.string().min(1).max(2048), event_method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).default('POST') }),
  fetch_flow: z.object({ flow_id: or(id()) }),
  goto: z.object({ target_id: id().meta({ target: true }), loop_count: or(z.int().min(0).max(1000)).default(0) }),
  hangup: z.object({
    reason: z.enum(['', 'normal', 'failed', 'busy', 'cancel', 'timeout', 'noanswer', 'dialout', 'amd']).default(''),
    /** A call whose reason is repeated; wins over `reason`. */
    reference_id: or(id()).default(NIL_ID),
  }),
  message_send: later,
  /** `none` takes it back. */
  mute: z.object({ direction: z.enum(['both', 'in', 'out', 'none']).default('both') }),
  play: z.object({ stream_urls: z.array(z.string().min(1).max(2048)).min(1).max(100) }),
  queue_join: later,
  /** `duration` and `end_of_silence` in seconds, 0: no limit. */
  recording_start: z.object({
    /** Nothing else is written; what asks for it is refused, instead of getting a file of another kind. */
    format: z.enum(['wav']).default('wav'),
    end_of_silence: seconds,
    end_of_key: z.enum(['', 'none', 'any', '*', '#']).default(''),
    duration: seconds,
    beep_start: flag,
    on_end_flow_id: onEndFlow,
  }),
  recording_stop: none,
  sleep: z.object({ duration: milliseconds(86_400_000) }),
  stop: none,
  stream_echo: z.object({ duration: milliseconds(86_400_000).default(180_000) }),
  talk: z.object({
    text: z.string().min(1).max(10_000),
    language: text(32),
    provider: text(32),
    voice_id: text(128),
    gender: text(16),
    digits_handle: z.enum(['', 'next']).default(''),
    async: flag,
  }),
  transcribe_recording: later,
  transcribe_start: later,
  transcribe_stop: later,
  variable_set: z.object({ key: z.string().min(1).max(255), value: text(32_768) }),
  webhook_send: z.object({
    sync: flag,
    uri: z.string().min(1).max(2048),
    method: z.enum(['POST', 'GET', 'PUT', 'DELETE']).default('POST'),
    data_type: z.string().max(255).default('application/json'),
    data: text(65_536),
  }),
}
export type ActionType = keyof typeof actionOptions
export type ActionOption<T extends ActionType> = z.output<(typeof actionOptions)[T]>
export const actionTypes = Object.keys(actionOptions) as [ActionType, ...ActionType[]]

/** Actions of one flow, those inside a `call` included. */
export const MAX_ACTIONS = 1000

/** One step of a flow. Its options are checked by its type where the flow is kept. */
export const action = z.object({
  /** Made where it is left out. */
  id: id().default(NIL_ID),
  /** Where to go on; nil: the next in the list. */
  next_id: id().default(NIL_ID).meta({ target: true }),
  type: z.enum(actionTypes),
  option: z.record(z.string(), z.unknown()).default({}),
  tm_execute: timestamp().nullable().default(null),
})
export type Action = z.output<typeof action>

type ActionRule = {
  /** The kind of party that it needs: a call, none, or whichever. Another one is passed over. */
  readonly media: 'rtc' | 'non_rtc' | 'any'
  readonly runsIn: 'flow' | 'call' | 'later'
  /** The flow waits for it to end. */
  readonly holds: boolean
}
const rule = (media: ActionRule['media'], runsIn: ActionRule['runsIn'], holds = false): ActionRule => ({ media, runsIn, holds })

export const actionRules: Readonly<Record<ActionType, ActionRule>> = {
  ai_summary: rule('non_rtc', 'later'),
  ai_talk: rule('any', 'later'),
  ai_task: rule('non_rtc', 'later'),
  amd: rule('rtc', 'later'),
  answer: rule('rtc', 'call'),
  beep: rule('rtc', 'call', true),
  block: rule('non_rtc', 'flow', true),
  branch: rule('any', 'flow'),
  call: rule('any', 'flow'),
  case_create: rule('any', 'later'),
  condition_call_digits: rule('rtc', 'flow'),
  condition_call_status: rule('rtc', 'flow'),
  condition_datetime: rule('any', 'flow'),
  condition_variable: rule('any', 'flow'),
  confbridge_join: rule('rtc', 'call', true),
  conference_join: rule('rtc', 'later'),
  connect: rule('rtc', 'call', true),
  conversation_send: rule('any', 'later'),
  digits_receive: rule('rtc', 'call', true),
  digits_send: rule('rtc', 'call', true),
  echo: rule('rtc', 'call', true),
  email_send: rule('any', 'later'),
  empty: rule('any', 'flow'),
  external_media_start: rule('rtc', 'call'),
  external_media_stop: rule('rtc', 'call'),
  fetch: rule('any', 'flow', true),
  fetch_flow: rule('any', 'flow'),
  goto: rule('any', 'flow'),
  hangup: rule('rtc', 'call', true),
  message_send: rule('any', 'later'),
  mute: rule('rtc', 'call'),
  play: rule('rtc', 'call', true),
  queue_join: rule('rtc', 'later'),
  recording_start: rule('rtc', 'call'),
  recording_stop: rule('rtc', 'call'),
  sleep: rule('rtc', 'call', true),
  stop: rule('any', 'flow'),
  stream_echo: rule('rtc', 'call', true),
  talk: rule('rtc', 'call', true),
  transcribe_recording: rule('any', 'later'),
  transcribe_start: rule('rtc', 'later'),
  transcribe_stop: rule('rtc', 'later'),
  variable_set: rule('any', 'flow'),
  webhook_send: rule('any', 'flow'),
}

/** Whether a flow waits for this action; what is said beside it is not waited for. */
export const holdsFlow = ({ type, option }: Action): boolean => actionRules[type].holds && option['async'] !== true
