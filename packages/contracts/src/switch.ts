import { z } from 'zod'
import { command, defineNodeContract, event } from './contract.ts'
import { id, timestamp } from './fields.ts'
import { sipLeg } from './switch-legs.ts'

/** What a node made of a command. */
export const outcome = z.object({
  /** ok: done, or already so. gone: channel, bridge or epoch is no more, which is normal. refused: a rule forbids it. */
  result: z.enum(['ok', 'gone', 'refused']),
  /** The rule that refused it: `CHANNEL_NOT_ANSWERED`. Empty otherwise. */
  rule: z.string().max(64).default(''),
})
export type Outcome = z.output<typeof outcome>

/** Every command names the life of the node that it is meant for; a node that has started again answers `gone`. */
const toEpoch = z.object({ epoch: id() })
const asked = <S extends z.ZodRawShape>(input: z.ZodObject<S>) => command(toEpoch.extend(input.shape), outcome)

const channelId = id()
const bridgeId = id()
/** What a playback or recording is of: a channel or a bridge. */
const subject = z.object({ kind: z.enum(['channel', 'bridge']), id: id() })
export type MediaSubject = z.output<typeof subject>

/** Direction as the channel's own party sees it: `in` is what it says, `out` what it hears. */
const direction = z.enum(['in', 'out', 'both'])
const digits = z.string().regex(/^[0-9*#A-D]*$/, 'must be digits 0-9, *, # or A-D')
const ms = z.int().nonnegative()

/** One thing to hear. A WAV of any rate (http, https, or `blob:<id>` in the blob store), a tone by name and country (`ringback/us`), or nothing for a while. */
export const media = z.union([
  z.object({ url: z.string().max(2048) }).strict(),
  z.object({ tone: z.string().max(64), duration_ms: ms.optional() }).strict(),
  z.object({ silence_ms: ms }).strict(),
])
export type Media = z.output<typeof media>

export const playRequest = z.object({
  /** Of the playback, chosen by the caller; a second `play` under it does nothing. */
  id: id(),
  subject,
  media: z.array(media).min(1).max(100),
  mode: z.enum(['replace', 'queue']).default('replace'),
  /** Digits that end it at once; the digit is reported as ever. */
  stop_on: digits.default(''),
  /** Times that the list is played; 0: until stopped. */
  loops: z.int().nonnegative().default(1),
})

export const recordRequest = z.object({
  id: id(),
  subject,
  /** `both` of a channel is one file of two channels: in left, out right. A bridge has only its mix. */
  direction: direction.default('both'),
  /** 0: no limit. */
  max_duration_ms: ms.default(0),
  /** Silence that ends it; 0: none does. */
  end_silence_ms: ms.default(0),
  /** Digits that end it. */
  end_digits: digits.default(''),
  beep: z.boolean().default(false),
  /** Where the finished WAV is put: `blob:<id>` in the blob store, or by HTTP PUT. Empty: it stays in the node's folder. */
  put_url: z.string().max(2048).default(''),
})

export const streamFormats = ['ulaw', 'alaw', 'slin', 'slin16'] as const

/** Sound that goes out of a channel or bridge beside all that is played there, and into it. */
export const streamRequest = z.object({
  id: id(),
  subject,
  /** What it hears; of a bridge, anything but `none` is all. It does not hear itself. */
  listen: z.enum(['none', ...direction.options]).default('none'),
  /** Who hears what it says: `out` the channel's own party, `in` those whom that talks to; of a bridge, anything but `none` is everybody. */
  speak: z.enum(['none', ...direction.options]).default('none'),
  /**
   * The host that it hears for and speaks for: RTP over UDP, 20 ms a packet, to this very address, and back from any port of it. Payload
   * types 0, 8, 11 (`slin`: L16 at 8 kHz) and 118 (`slin16`: at 16 kHz). Null: it says what `feedStream` gives it.
   */
  rtp: z
    .object({ host: z.string().max(255), format: z.enum(streamFormats) })
    .nullable()
    .default(null),
})
const mark = z.string().max(128)
/**
 * How many flushes of a stream there have been, by the count of whoever commands it; left out: it does not count. What was on its way
 * when a later flush came is dropped then, and what comes after a flush flushes, should it come first.
 */
const flushes = z.int().nonnegative().optional()

const endReasons = ['finished', 'stopped', 'digit', 'replaced', 'failed', 'channel_ended', 'bridge_ended'] as const

/** How a channel ended. `by`: our own command, the other party, the network (no answer, timeout), or the node itself. */
export const channelEnd = z.object({
  /** Q.850. */
  cause: z.int().min(0).max(999),
  /** 0: ended by BYE or CANCEL. */
  sip_status: z.int().min(0).max(699),
  by: z.enum(['local', 'remote', 'network', 'node']),
  /** That of the `hangup` command which ended it. */
  tag: z.string().max(64),
  /** For people: `no ACK for the answer`. */
  text: z.string().max(255),
  /** What forbade that it be dialled: DESTINATION_NOT_PUBLIC, DESTINATION_IS_CARRIER. */
  rule: z.string().max(64).optional(),
})
export type ChannelEnd = z.output<typeof channelEnd>

/** What is measured of the RTP of one channel, since its start. Times in milliseconds. */
export const mediaQuality = z.object({
  packets_received: z.int(),
  packets_sent: z.int(),
  packets_lost: z.int(),
  loss_percent: z.number(),
  jitter_ms: z.number(),
  round_trip_ms: z.number().nullable(),
  /** 1 to 5, by the E-model. Null before anything was heard. */
  mos: z.number().nullable(),
  codec: z.string().max(32),
})
export type MediaQuality = z.output<typeof mediaQuality>

export const channelStates = ['offered', 'dialing', 'ringing', 'early', 'answered', 'ending'] as const

/** A channel as its node sees it. */
export const channelSummary = z.object({
  id: channelId,
  customer_id: id(),
  state: z.enum(channelStates),
  /** Of the last event. */
  seq: z.int(),
  bridge_id: id().nullable(),
  sip_call_id: z.string().max(255),
  tm_create: timestamp(),
})

/** A SIP message as it passed. */
const tracedMessage = z.object({
  at: timestamp(),
  direction: z.enum(['in', 'out']),
  /** `udp:192.0.2.7:5060` */
  peer: z.string().max(80),
  /** The node's own end, `192.0.2.1:5060`, as the peer knows it. None where no listener of the node reaches that peer. */
  local: z.string().max(80).optional(),
  text: z.string().max(65_536),
})

/** Stands in every event. `seq` counts the events of a channel, playback, recording or bridge subject without gaps. */
const told = z.object({
  ...{ node_id: z.string().max(64), epoch: id(), customer_id: id(), subject_id: id(), seq: z.int().positive() },
  /** The call that a channel is a leg of, where that is not its own id. */
  call_id: id().optional(),
})
const ofChannel = told.extend({ channel_id: channelId })
const ofSubject = told.extend({ subject })
/** In order per channel or bridge. */
const tells = <S extends z.ZodType>(payload: S) => event(payload, { order_key: 'subject_id' })
const ofNode = z.object({
  node_id: z.string().max(64),
  epoch: id(),
  channels: z.int(),
  capacity: z.int(),
  capabilities: z.array(z.string().max(32)),
})
const tellsOfNode = event(ofNode, { order_key: 'node_id' })

/**
 * Legs, bridges and what is heard on them, in ARI's nouns: what every switch node answers, ours or Asterisk behind its proxy.
 * Commands go to one node, by `client(switchContract, node_id)`; each is idempotent by the ids that its caller chose.
 */
export const switchContract = defineNodeContract({
  service: 'switch',
  methods: {
    /** A new leg. It rings when the far end says so. */
    dial: asked(sipLeg),
    /** 180; a second one does nothing. */
    ring: asked(z.object({ id: channelId })),
    /** 183 with SDP: early media. */
    progress: asked(z.object({ id: channelId })),
    answer: asked(z.object({ id: channelId })),
    /** CANCEL, a rejection or BYE, by the channel's state. */
    hangup: asked(
      z.object({
        id: channelId,
        cause: z.int().min(0).max(999),
        tag: z.string().max(64).default(''),
        sip_status: z.int().min(300).max(699).optional(),
      }),
    ),
    play: asked(playRequest),
    stopPlay: asked(z.object({ id: id() })),
    /** What a channel hears while nothing else is played and it is in no bridge. `none`: no packets at all. */
    background: asked(z.object({ id: channelId, kind: z.enum(['none', 'silence', 'moh', 'ringback']) })),
    /** `none` un-mutes both ways. */
    mute: asked(z.object({ id: channelId, direction: z.enum(['none', 'in', 'out', 'both']) })),
    /** Puts the far end on hold by re-INVITE, or takes it back. */
    hold: asked(z.object({ id: channelId, is_on_hold: z.boolean() })),
    sendDigits: asked(
      z.object({
        id: channelId,
        digits,
        duration_ms: ms.default(100),
        gap_ms: ms.default(100),
        method: z.enum(['auto', 'rfc4733', 'info']).default('auto'),
      }),
    ),
    record: asked(recordRequest),
    stopRecord: asked(z.object({ id: id() })),
    /**
     * Refused: a host that may not be reached (ADDRESS_REFUSED, PORT_REFUSED, HOST_INVALID), or that has no address (HOST_NOT_FOUND), and
     * TOO_MANY_STREAMS on one channel or bridge.
     */
    stream: asked(streamRequest),
    /**
     * Said behind all that it was fed before; a second one of the same `item_id` does nothing. Refused: STREAM_FULL, STREAM_HAS_HOST, and
     * STREAM_FLUSHED where there have been more flushes since.
     */
    feedStream: asked(z.object({ id: id(), item_id: id(), media: z.array(media).min(1).max(100), flushes })),
    /** Drops what it has not said yet. With a count, this one included: a second one of it, or an earlier one, does nothing. */
    flushStream: asked(z.object({ id: id(), flushes })),
    /** `stream.mark` comes when all has been said that it was fed, or its host had sent, before; or was flushed. */
    markStream: asked(z.object({ id: id(), mark, flushes })),
    stopStream: asked(z.object({ id: id() })),
    /** `affinity`: the master call or conference; all of one affinity live in one media worker. */
    createBridge: asked(z.object({ id: bridgeId, customer_id: id(), affinity: id() })),
    destroyBridge: asked(z.object({ id: bridgeId })),
    /** Joined when `bridge.joined` says so. A channel is in one bridge at most: joining another leaves the first. */
    join: asked(
      z.object({
        bridge_id: bridgeId,
        id: channelId,
        mute: z.enum(['none', 'in', 'out', 'both']).default('none'),
        pass_digits: z.boolean().default(true),
      }),
    ),
    leave: asked(z.object({ id: channelId })),
    echo: asked(z.object({ id: channelId, is_on: z.boolean() })),
    /** Asks somebody by OPTIONS whether they are there; any answer means that they are. 0: none came in time. */
    probe: command(
      z.object({ destination: z.string().max(1024), timeout_ms: z.int().positive().max(20_000).default(5000) }),
      z.object({ is_answered: z.boolean(), sip_status: z.int().min(0).max(699) }),
    ),
    /** SIP messages of one of the latest calls of this node, in order, digests left out. None of a call that is forgotten. */
    traceCall: command(z.object({ sip_call_id: z.string().max(255) }), z.object({ messages: z.array(tracedMessage).max(200) })),
    listChannels: command(z.object({}), z.object({ node_id: z.string().max(64), epoch: id(), channels: z.array(channelSummary) })),
  },
  events: {
    'channel.progress': tells(ofChannel.extend({ is_ringing: z.boolean(), has_early_media: z.boolean(), sip_status: z.int() })),
    'channel.answered': tells(ofChannel.extend({ codec: z.string().max(32) })),
    'channel.digit': tells(ofChannel.extend({ digit: z.string().length(1), duration_ms: ms, method: z.enum(['rfc4733', 'info']) })),
    'channel.held': tells(ofChannel),
    'channel.unheld': tells(ofChannel),
    'channel.quality': tells(ofChannel.extend({ quality: mediaQuality })),
    /** The last of its channel, exactly once; what was open on it has ended before. */
    'channel.ended': tells(ofChannel.extend({ end: channelEnd, quality: mediaQuality.nullable(), sip_call_id: z.string().max(255) })),
    'playback.started': tells(ofSubject.extend({ playback_id: id() })),
    'playback.ended': tells(ofSubject.extend({ playback_id: id(), reason: z.enum(endReasons), played_ms: ms, error: z.string().max(255) })),
    'recording.started': tells(ofSubject.extend({ recording_id: id() })),
    'recording.ended': tells(
      ofSubject.extend({
        recording_id: id(),
        reason: z.enum([...endReasons, 'silence', 'limit']),
        duration_ms: ms,
        octets: z.int(),
        file: z.string().max(2048),
      }),
    ),
    'recording.failed': tells(ofSubject.extend({ recording_id: id(), error: z.string().max(255) })),
    /**
     * The WAV is where `put_url` said; or, `is_stored` false, it could not be brought there, and is tried again. After the recording, and
     * after its channel; after a crash of the node, by its next life, and then with as much as there is. May be told twice.
     */
    'recording.stored': tells(
      told.extend({ recording_id: id(), is_stored: z.boolean(), error: z.string().max(255), octets: z.int(), duration_ms: ms }),
    ),
    /** `local_address`: where a host sends its RTP to, `192.0.2.7:10000`; empty without one. */
    'stream.started': tells(ofSubject.extend({ stream_id: id(), local_address: z.string().max(64) })),
    /** `error`: what since the last mark could not be said. */
    'stream.mark': tells(ofSubject.extend({ stream_id: id(), mark, is_flushed: z.boolean(), error: z.string().max(255) })),
    'stream.ended': tells(ofSubject.extend({ stream_id: id(), reason: z.enum(endReasons), error: z.string().max(255) })),
    'bridge.joined': tells(ofChannel.extend({ bridge_id: bridgeId })),
    'bridge.left': tells(ofChannel.extend({ bridge_id: bridgeId })),
    /** Every 2 s; a node is lost when none came for 6 s, or under another epoch. */
    'node.up': tellsOfNode,
    /** Takes no new calls any more and ends when the last has. */
    'node.draining': tellsOfNode,
  },
})
export type SwitchContract = typeof switchContract
