import { z } from 'zod'
import { address } from './address.ts'
import { entity } from './entity.ts'
import { id, internal, timestamp } from './fields.ts'
import { action } from './flow-actions.ts'
import { sipHeader } from './switch-legs.ts'

export const callStatuses = ['dialing', 'ringing', 'progressing', 'terminating', 'canceling', 'hangup'] as const
export type CallStatus = (typeof callStatuses)[number]
export const hangupReasons = ['', 'normal', 'failed', 'busy', 'cancel', 'timeout', 'noanswer', 'dialout', 'amd'] as const
export type HangupReason = (typeof hangupReasons)[number]
export const muteDirections = ['', 'both', 'out', 'in'] as const

const owner = { owner_type: z.enum(['', 'agent']), owner_id: id() }

/** One way to the destination of an outgoing call; tried in order while the network refuses. */
export const dialroute = z.object({
  /** Of the provider, or nil. */
  id: id(),
  /** Request-URI. */
  destination: z.string().max(1024),
  proxy: z.string().max(1024).default(''),
  flow: z.string().max(255).default(''),
  /** Of a registered contact: where it came from. */
  registered_at: z.string().max(64).optional(),
  node_id: z.string().max(64).default(''),
  codecs: z.array(z.string().max(32)).default([]),
  headers: z.array(sipHeader).default([]),
})
export type Dialroute = z.output<typeof dialroute>

const codecName = '[A-Za-z0-9_./ -]{0,32}'
export const codecNames = z
  .string()
  .max(255)
  .regex(new RegExp(`^${codecName}(,${codecName})*$`), 'must be names of codecs, with commas between')

/** Keys that a client may set; anything else is refused. */
export const callMetadata = z
  .object({
    rtp_debug: z.boolean().optional(),
    /** Carriers that it goes over, in this order; no others, and not inside where the number is ours. */
    route_provider_ids: z.array(id()).max(20).optional(),
    /** Whoever made it answers for the number that it shows. */
    skip_source_validation: z.boolean().optional(),
    /** Best first, with commas between. */
    codecs: codecNames.optional(),
  })
  .strict()

/** The customer's object: one party, from its first sign to its end. */
export const call = entity(
  'call',
  {
    ...owner,
    type: z.enum(['', 'flow', 'conference', 'sip-service']),
    flow_id: id(),
    activeflow_id: id(),
    /** The call that this one was made for. */
    master_call_id: id(),
    /** Calls that end when this one does. */
    chained_call_ids: z.array(id()),
    groupcall_id: id(),
    recording_id: id(),
    recording_ids: z.array(id()),
    source: address,
    destination: address,
    status: z.enum(callStatuses),
    direction: z.enum(['incoming', 'outgoing']),
    mute_direction: z.enum(muteDirections),
    hangup_by: z.enum(['', 'remote', 'local']),
    hangup_reason: z.enum(hangupReasons),
    refused_by: z
      .string()
      .max(64)
      .describe('The rule that kept it from being dialled, such as DESTINATION_NOT_ALLOWED or DESTINATION_NOT_PUBLIC; empty otherwise'),
    /** What its flow has it do now. */
    action: action.nullable(),
    metadata: callMetadata.nullable(),
    tm_ringing: timestamp().nullable(),
    tm_progressing: timestamp().nullable(),
    tm_hangup: timestamp().nullable(),
    node_id: internal(z.string().max(64)),
    epoch: internal(id()),
    /** Its leg in the switch; nil: the leg has the id of the call, as all have that are not a second try. */
    channel_id: internal(id()),
    sip_call_id: internal(z.string().max(255)),
    /** The extension or trunk of the customer's own that made it; nil: somebody else. */
    identity_id: internal(id()),
    /** The room that it is in, or joins as soon as it is answered. */
    confbridge_id: internal(id()),
    /** Names the wait of its flow, see `nextAction`; nil: none. */
    execution_id: internal(id()),
    /** That wait is over, and the flow is to be asked for what comes next. */
    is_wait_over: internal(z.boolean()),
    /** Of the step, what is still to be done. */
    pending_actions: internal(z.array(action)),
    /** The flow has ended: hang up once the pending ones are done. */
    is_flow_over: internal(z.boolean()),
    /** What `digits_receive` has so far, or what cut the last `talk` short. */
    collected: internal(z.string().max(100)),
    /** Digits that nothing has taken yet. */
    digits: internal(z.string().max(64)),
    has_early_execution: internal(z.boolean()),
    is_anonymous: internal(z.boolean()),
    /** Given by whoever made it, for its flow. */
    variables: internal(z.record(z.string(), z.string())),
    /** Streams to hosts outside that its flow began and that have not ended. */
    external_media_ids: internal(z.array(id())),
    dialroutes: internal(z.array(dialroute)),
    dialroute_index: internal(z.int().nonnegative()),
    /** Numbers of this platform that it came by inside, the latest last. */
    via: internal(z.array(z.string().max(64))),
  },
  { get: 'getCall' },
)
export type Call = z.output<typeof call>

/** Calls that ring for one wish; the first answer wins. */
export const groupcall = entity(
  'groupcall',
  {
    ...owner,
    status: z.enum(['progressing', 'hangingup', 'hangup']),
    flow_id: id(),
    source: address,
    destinations: z.array(address).min(1),
    master_call_id: id(),
    master_groupcall_id: id(),
    ring_method: z.enum(['', 'ring_all', 'linear']),
    answer_method: z.enum(['', 'hangup_others']),
    answer_call_id: id(),
    call_ids: z.array(id()),
    answer_groupcall_id: id(),
    groupcall_ids: z.array(id()),
    /** Calls and groupcalls that have not ended. */
    call_count: z.int().nonnegative(),
    groupcall_count: z.int().nonnegative(),
    dial_index: z.int().nonnegative(),
    confbridge_id: internal(id()),
    actions: internal(z.array(action)),
    /** Given by whoever made it, for the flow of the call that answers. */
    variables: internal(z.record(z.string(), z.string())),
    /** It ends when the master call does. */
    is_chained: internal(z.boolean()),
    has_early_execution: internal(z.boolean()),
    has_early_media: internal(z.boolean()),
    anonymous: internal(z.enum(['yes', 'no', 'auto'])),
    /** Of the first call in it that ended. */
    hangup_reason: internal(z.enum(hangupReasons)),
    /** Of the same, by Q.850; 0: nothing to be repeated to whoever waits for an answer. */
    hangup_cause: internal(z.int().nonnegative()),
  },
  { get: 'getGroupcall' },
)
export type Groupcall = z.output<typeof groupcall>

/** A room in the switch. `connect` ends when one is left in it, `conference` when it is told to. */
export const confbridge = entity(
  'confbridge',
  {
    type: z.enum(['connect', 'conference']),
    status: z.enum(['progressing', 'terminating', 'terminated']),
    reference_type: z.enum(['call', 'conference', 'ai', 'queue', 'transcribe', 'transfer']),
    reference_id: id(),
    /** Calls in it. */
    call_ids: z.array(id()),
    /** Who came or went last; nil: nobody has. */
    joined_call_id: id(),
    leaved_call_id: id(),
    flags: z.array(z.enum(['no_auto_leave'])),
    recording_id: id(),
    recording_ids: z.array(id()),
    node_id: internal(z.string().max(64)),
    epoch: internal(id()),
    affinity: internal(id()),
  },
  { get: 'getConfbridge' },
)
export type Confbridge = z.output<typeof confbridge>

export const recording = entity(
  'recording',
  {
    ...owner,
    activeflow_id: id(),
    reference_type: z.enum(['call', 'confbridge']),
    reference_id: id(),
    status: z.enum(['initiating', 'recording', 'stopping', 'ended']),
    format: z.enum(['wav']),
    on_end_flow_id: id(),
    tm_start: timestamp().nullable(),
    tm_end: timestamp().nullable(),
    duration_ms: z.int().nonnegative(),
    error: z.string().max(255).describe('Why it could not be made, or not to its end; empty where it could'),
    file_status: z
      .enum(['none', 'waiting', 'stored', 'failed', 'deleted'])
      .describe(
        'waiting: on its way to the files of the customer; stored: among them; failed: it could not be brought there and is tried again',
      ),
    file_error: z.string().max(255).describe('Why it could not be brought there'),
    filesize: z.int().nonnegative().describe('Octets, once it is stored'),
    /** On its node. */
    file: internal(z.string().max(2048)),
    node_id: internal(z.string().max(64)),
    epoch: internal(id()),
  },
  { get: 'getRecording' },
)
export type Recording = z.output<typeof recording>

/** What outgoing calls of a customer may do. There is one a customer; without it nothing goes to the telephone network. */
export const outboundConfig = entity(
  'outbound_config',
  {
    name: z.string().max(255),
    detail: z.string().max(4096),
    /** In order of preference, comma separated; empty: the platform's. */
    codecs: codecNames,
    /** Countries by ISO 3166-1 alpha-2; empty: none. */
    destination_whitelist: z.array(z.string().regex(/^[A-Z]{2}$/, 'must be a country such as US')),
    default_outgoing_source_number_id: id().nullable(),
  },
  { get: 'getOutboundConfig' },
)
export type OutboundConfig = z.output<typeof outboundConfig>
