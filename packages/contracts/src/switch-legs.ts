import { z } from 'zod'
import { id, timestamp } from './fields.ts'

/** A header of the customer's own, on the INVITE. No line breaks; names of SIP itself are refused by the node. */
export const sipHeader = z.object({
  name: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  value: z
    .string()
    .max(1024)
    .regex(/^[^\r\n\0]*$/, 'must be one line'),
})

/** Headers that SIP writes itself, in small letters and in full: another value would break the dialog, or say what cannot be kept. */
export const reservedHeaders: ReadonlySet<string> = new Set([
  ...['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'route', 'record-route', 'max-forwards', 'require', 'proxy-require', 'supported'],
  ...['content-type', 'content-length', 'content-encoding', 'content-disposition', 'authorization', 'proxy-authorization', 'allow'],
  ...['privacy', 'p-asserted-identity', 'session-expires', 'min-se', 'rack', 'rseq', 'replaces', 'refer-to', 'event', 'expires', 'path'],
  ...['www-authenticate', 'proxy-authenticate', 'subscription-state', 'mime-version', 'reason', 'identity', 'user-agent', 'server'],
])

export const callerIdentity = z.object({
  /** User part or number: `+15551234`, `1000`. */
  user: z.string().max(255),
  display_name: z.string().max(255).default(''),
  /** Withheld: From is anonymous, Privacy: id; the identity goes in P-Asserted-Identity, to those who are trusted. */
  is_anonymous: z.boolean().default(false),
})

const numbersPassed = z.array(z.string().max(64)).max(16)

/** A leg to dial, with the id that it will have. */
export const sipLeg = z.object({
  id: id(),
  customer_id: id(),
  /** The call that it is a leg of, told with its events; left out where the leg has the id of its call. */
  call_id: id().optional(),
  /** The master call or conference; see createBridge. */
  affinity: id(),
  /** Request-URI: `sip:1000@192.0.2.7:5062;transport=tcp`. A number of this platform without a host, `tel:+899123456789`, is called inside the node. */
  destination: z.string().max(1024),
  from: callerIdentity,
  /** Domain of From; empty: the node's own address. */
  from_domain: z.string().max(255).default(''),
  /** A registered contact is reached over the flow that it registered on; its node must be this one. Empty: by the URI. */
  flow: z.string().max(255).default(''),
  /** A carrier, who is told who calls also where that is withheld (RFC 3325 §5); phones and strangers are not. */
  is_trusted: z.boolean().default(false),
  /** Hosts that it must not lead to, by whatever name: carriers, who would take a stranger's wish for one of this platform. */
  avoid: z.array(z.string().max(255)).max(10_000).default([]),
  /** Where a registered contact came from, as a binding's source: it may lead there. What is not trusted may else lead to public addresses only. */
  registered_at: z.string().max(64).default(''),
  /** Next hop instead of the Request-URI. */
  proxy: z.string().max(1024).default(''),
  /** Answers a carrier's challenge. The envelope of a request is not logged. */
  username: z.string().max(255).default(''),
  password: z.string().max(255).default(''),
  headers: z.array(sipHeader).max(50).default([]),
  /** In order of preference; empty: the node's own list. */
  codecs: z.array(z.string().max(32)).max(16).default([]),
  /** Until an answer; then CANCEL, cause 19. */
  timeout_ms: z.int().positive().max(600_000).default(60_000),
  /** Of a leg to a number of this platform: the numbers that it came by, this one last. */
  via: numbersPassed.optional(),
  /** Joined as soon as there is media, so that ring-back and announcements of the far end are heard. */
  early_bridge_id: id().nullable().default(null),
})

/** How a node knows whom a request is from: the password of an extension, that of a trunk, a trunk's address. */
export const identifiedBy = z.enum(['digest', 'trunk_digest', 'trunk_ip', 'none'])

/** An INVITE that was let in: `call` decides within 3 s, or the caller gets 503. */
export const offeredCall = z.object({
  node_id: z.string().max(64),
  epoch: id(),
  /** Of the channel. */
  id: id(),
  customer_id: id(),
  identified_by: identifiedBy,
  /** Extension or trunk behind the credentials; nil where there are none. */
  identity_id: id(),
  sip_call_id: z.string().max(255),
  /** Request-URI: user and host as they came. */
  destination_user: z.string().max(255),
  destination_host: z.string().max(255),
  from_user: z.string().max(255),
  from_name: z.string().max(255),
  from_host: z.string().max(255),
  /** Believed only from trunks; empty otherwise. */
  asserted_identity: z.string().max(255),
  diversion: z.string().max(255),
  is_anonymous: z.boolean(),
  /** Address and transport that it came from. */
  source: z.string().max(64),
  transport: z.string().max(8),
  headers: z.array(sipHeader).max(50),
  has_offer: z.boolean(),
  /** Where it comes from inside: the numbers that it came by. */
  via: numbersPassed.optional(),
})

export const offerAnswer = z.union([
  z.object({ decision: z.literal('take'), customer_id: id(), affinity: id() }),
  z.object({
    decision: z.literal('reject'),
    cause: z.int().min(0).max(127),
    sip_status: z.int().min(300).max(699).optional(),
    retry_after_s: z.int().positive().optional(),
  }),
])

/** A contact that a registered phone is reached at. */
export const sipBinding = z.object({
  /** As it was given: `sip:1000@10.0.0.7:5060`. */
  contact: z.string().max(1024),
  /** The node that holds its flow, and the flow's name there. */
  node_id: z.string().max(64),
  flow: z.string().max(255),
  /** Where it really is: `udp:192.0.2.1:40312`. */
  source: z.string().max(64),
  user_agent: z.string().max(255),
  sip_call_id: z.string().max(255),
  cseq: z.int().nonnegative(),
  /** 0 to 1000. */
  q: z.int().min(0).max(1000),
  tm_expire: timestamp(),
})
export type SipBinding = z.output<typeof sipBinding>
