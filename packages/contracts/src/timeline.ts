import { z } from 'zod'
import { command, defineContract, query } from './contract.ts'
import { id, timestamp } from './fields.ts'
import { ofCustomer, pageFields, pageOf } from './page.ts'
import { AdminOrManager } from './permission.ts'

/** What is asked for by name, and what its events are called. */
export const timelineResources = ['calls', 'conferences', 'flows', 'activeflows'] as const

/** Something that happened, as it was told then. */
export const timelineEvent = z.object({
  id: id(),
  timestamp: timestamp(),
  event_type: z.string().max(100),
  publisher: z.string().max(32).describe('The service that told of it'),
  resource_id: z.string().max(255).describe('What it tells of'),
  data: z.record(z.string(), z.unknown()),
})
export type TimelineEvent = z.output<typeof timelineEvent>

/** One SIP message of a call. The end of the switch is what its peer knows of it; empty where the switch cannot tell. */
const sipMessage = z.object({
  timestamp: timestamp(),
  method: z.string().max(64).describe('Of a request; of a response, its status'),
  raw: z.string(),
  ...{ src_ip: z.string(), src_port: z.int(), dst_ip: z.string(), dst_port: z.int() },
})
const notMeasured = () => z.null().describe('No switch measures it')
const mediaStatistics = z.object({
  ...{ jitter: z.int().describe('Milliseconds'), mos: z.number().nullable(), packet_loss_pct: z.number() },
  ...{
    rtcp_bytes: notMeasured(),
    rtcp_errors: notMeasured(),
    rtcp_packets: notMeasured(),
    rtp_bytes: notMeasured(),
    rtp_errors: notMeasured(),
  },
  ...{ rtp_packets: z.int().describe('Received'), rtt: z.int().nullable().describe('Milliseconds') },
})
const sipAnalysis = z.object({
  sip_messages: z.array(sipMessage).describe('Empty where the switch has forgotten the call'),
  rtcp_stats: mediaStatistics.nullable().describe('Null before anything was measured'),
})
export type SipAnalysis = z.output<typeof sipAnalysis>

const page = { default: 100, max: 1000 }

/** Registered with IANA for the classic libpcap format. */
export const captureType = 'application/vnd.tcpdump.pcap'

export const timelineContract = defineContract({
  service: 'timeline',
  /** None: it would hear of itself. */
  events: {},
  methods: {
    /** Of one resource alone. @throws RESOURCE_NOT_FOUND where nothing was told of it */
    listResourceEvents: query(
      ofCustomer(z.object({ resource_type: z.enum(timelineResources), resource_id: id(), ...pageFields })),
      pageOf(timelineEvent),
    ),
    /** Of a call or activeflow and all that belongs to it; of everything of the customer where neither is named. */
    listAggregatedEvents: query(
      ofCustomer(z.object({ call_id: id().optional(), activeflow_id: id().optional(), ...pageFields })),
      pageOf(timelineEvent),
    ),
    /** The SIP messages of a call, from its switch, and what was measured of its RTP. */
    analyseCall: command(ofCustomer(z.object({ call_id: id() })), sipAnalysis),
    /** The same messages as a capture file; one without packets where the switch has forgotten the call. */
    captureCall: command(
      ofCustomer(z.object({ call_id: id() })),
      z.object({ url: z.string(), content_type: z.string(), filename: z.string() }),
    ),
  },
  api: {
    'GET /timelines/:resource_type/:resource_id/events': { method: 'listResourceEvents', permission: AdminOrManager, page },
    'GET /timelines/calls/:call_id/sip-analysis': { method: 'analyseCall', permission: AdminOrManager, owned: { call_id: 'call' } },
    'GET /timelines/calls/:call_id/pcap': {
      method: 'captureCall',
      permission: AdminOrManager,
      owned: { call_id: 'call' },
      answer: 'stream',
      contentType: captureType,
      summary: 'The SIP messages of a call as a capture file, without credentials, for Wireshark and the like',
    },
    'GET /aggregated-events': { method: 'listAggregatedEvents', permission: AdminOrManager, page },
  },
})
