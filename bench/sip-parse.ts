/**
 * Measures the SIP parser and serialiser on one core: an INVITE of about 900 octets with SDP is parsed, checked, its Via, From, To, CSeq,
 * Call-ID and Contact are read, and it is written again. Run: `node bench/sip-parse.ts`.
 */
import { callIdHeader, contactHeader, cseqHeader, fromHeader, parseDatagram, serialise, toHeader, viaHeader } from '@voipbin/sip'
import { type BenchResult, conditions, printResult } from './report.ts'

const ROUNDS = 7
const ROUND_MESSAGES = 40_000
const MIN_PER_CORE_SECOND = 60_000

const sdp = `v=0
o=- 1754471011 1754471011 IN IP4 192.0.2.101
s=call
c=IN IP4 192.0.2.101
t=0 0
m=audio 49170 RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=maxptime:60
a=sendrecv
`.replaceAll('\n', '\r\n')

const invite = (callId: number) =>
  Buffer.from(
    `INVITE sip:+12025550123@sip.example.com:5060;transport=udp SIP/2.0
Via: SIP/2.0/UDP 192.0.2.101:5062;branch=z9hG4bK-${callId}-776asdhds;rport
Max-Forwards: 70
From: "Alice Example" <sip:1001@sip.example.com>;tag=${callId}a48s
To: <sip:+12025550123@sip.example.com>
Call-ID: ${callId}-a84b4c76e66710@192.0.2.101
CSeq: 314159 INVITE
Contact: <sip:1001@192.0.2.101:5062;transport=udp>
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY
Supported: replaces, outbound, path
P-Preferred-Identity: <sip:1001@sip.example.com>
Date: Sat, 15 Oct 2005 04:44:56 GMT
User-Agent: Example Phone 4.2.1
Content-Type: application/sdp
Content-Length: ${sdp.length}

`.replaceAll('\n', '\r\n') + sdp,
  )

/** Octets written, so that no work can be left out unseen. */
function relay(datagram: Buffer): number {
  const message = parseDatagram(datagram)
  if (message.kind !== 'request') throw new Error(`Cannot measure: the INVITE is ${message.kind}`)
  const { headers } = message
  const read = [headers.all(viaHeader), headers.one(fromHeader), headers.one(toHeader), headers.one(cseqHeader)]
  const others = [headers.one(callIdHeader), headers.one(contactHeader)]
  if (read.includes(undefined) || others.includes(undefined)) throw new Error('Cannot measure: a header is missing')
  return serialise(message).length
}

export function benchSipParse(): BenchResult {
  const around = conditions({ rounds: ROUNDS, 'messages each': ROUND_MESSAGES })
  const invites = Array.from({ length: 1_000 }, (_, index) => invite(index))
  const rounds = Array.from({ length: ROUNDS }, () => {
    const cpu = process.cpuUsage()
    const started = performance.now()
    let octets = 0
    for (let count = 0; count < ROUND_MESSAGES; count++) octets += relay(invites[count % invites.length] ?? Buffer.alloc(0))
    const { user, system } = process.cpuUsage(cpu)
    return {
      octets,
      perSecond: (ROUND_MESSAGES * 1_000) / (performance.now() - started),
      cpuMicroseconds: (user + system) / ROUND_MESSAGES,
    }
  })
  const middle = rounds.slice(1).sort((one, other) => one.perSecond - other.perSecond)[Math.floor((ROUNDS - 1) / 2)]
  const perSecond = Math.round(middle?.perSecond ?? 0)
  const perCoreSecond = Math.round(1_000_000 / (middle?.cpuMicroseconds ?? Number.POSITIVE_INFINITY))
  const figures = {
    octets: invites[0]?.length ?? 0,
    'per second': perSecond,
    'CPU, µs each': Math.round((middle?.cpuMicroseconds ?? 0) * 10) / 10,
    'per core and second': perCoreSecond,
  }
  return {
    name: 'sip-parse',
    conditions: around,
    // Middle of the rounds; CPU of the whole process, garbage collection included.
    rows: { 'INVITE, parsed and serialised': figures },
    targets: [
      {
        name: 'parse and serialise, INVITE per core and second',
        limit: `≥ ${MIN_PER_CORE_SECOND}`,
        measured: perCoreSecond,
        isMet: perCoreSecond >= MIN_PER_CORE_SECOND,
      },
    ],
  }
}

if (import.meta.main) printResult(benchSipParse())
