import { describe, expect, it } from 'vitest'
import { bodies } from '../../test/bodies.ts'
import { L16_16000, PCMA, PCMU } from '../description/codec.ts'
import type { Direction } from '../description/direction.ts'
import { parseSdp } from '../description/parse-sdp.ts'
import { serialiseSdp } from '../description/serialise-sdp.ts'
import type { SessionDescription } from '../description/session-description.ts'
import { type Answer, answerOffer } from './answer-offer.ts'
import { createOffer } from './create-offer.ts'
import type { LocalMedia, LocalSession } from './local-media.ts'
import type { NegotiatedMedia } from './negotiated-media.ts'
import { readAnswer } from './read-answer.ts'

const local: LocalMedia = { address: '192.0.2.1', port: 10_000, codecs: [PCMU, PCMA] }
const session: LocalSession = { sessionId: '4711' }

function parsed(body: string): SessionDescription {
  const read = parseSdp(body)
  if (read.kind === 'malformed') throw new Error(`line ${read.line}: ${read.reason}`)
  return read
}

function answered(body: string, own: LocalMedia = local, ours: LocalSession = session): Answer {
  const result = answerOffer(parsed(body), own, ours)
  if (result.kind === 'refused') throw new Error(result.reason)
  return result
}

function agreed(offer: SessionDescription, answer: string): NegotiatedMedia {
  const result = readAnswer(offer, parsed(answer))
  if ('kind' in result) throw new Error(result.reason)
  return result
}

const simple = (media: string, connection = 'c=IN IP4 198.51.100.9\n', sessionLines = '') =>
  `v=0\no=- 9 9 IN IP4 198.51.100.9\ns=-\n${connection}t=0 0\n${sessionLines}${media}`
const audio = (lines = '', port = 4_000) => `m=audio ${port} RTP/AVP 0\n${lines}`

describe('createOffer()', () => {
  it('writes codecs by preference, digits, ptime and direction', () => {
    const offer = createOffer({ ...local, codecs: [L16_16000, PCMA, PCMU], ptimeMs: 30, hasRtcpMux: true }, session)
    expect(serialiseSdp(offer)).toBe(
      `${[
        'v=0',
        'o=- 4711 0 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 10000 RTP/AVP 96 8 0 101',
        'a=rtpmap:96 L16/16000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=ptime:30',
        'a=rtcp-mux',
        'a=sendrecv',
      ].join('\r\n')}\r\n`,
    )
  })

  it('writes IPv6, and no digits where none are wanted', () => {
    const text = serialiseSdp(createOffer({ ...local, address: '2001:db8::1', hasTelephoneEvent: false, direction: 'sendonly' }, session))
    expect(text).toContain('c=IN IP6 2001:db8::1\r\n')
    expect(text).toContain('m=audio 10000 RTP/AVP 0 8\r\n')
    expect(text).toContain('a=sendonly\r\n')
  })

  it('keeps o= and counts its version only when something changes', () => {
    const first = createOffer(local, session)
    const same = createOffer(local, { ...session, last: first })
    expect(same).toEqual(first)
    const held = createOffer({ ...local, direction: 'sendonly' }, { ...session, last: same })
    expect(held.origin).toEqual({ ...first.origin, sessionVersion: '1' })
    const moved = createOffer({ ...local, address: '203.0.113.1', direction: 'sendonly' }, { ...session, last: held })
    expect(moved.origin).toEqual({ ...first.origin, sessionVersion: '2' })
    expect(moved.lines[0]).toEqual({ type: 'c', value: 'IN IP4 203.0.113.1' })
  })

  it('re-offers after an answer with its numbers and every media description in its place', () => {
    const { answer } = answered(bodies.linphone, { ...local, codecs: [PCMA] })
    expect(answer.media.map(({ port, formats }) => [port, formats])).toEqual([
      [10_000, ['8', '99']],
      [0, ['96']],
    ])
    const offer = createOffer({ ...local, codecs: [PCMU, L16_16000, PCMA] }, { ...session, last: answer })
    expect(offer.media.map(({ kind, port, formats }) => [kind, port, formats])).toEqual([
      ['audio', 10_000, ['0', '96', '8', '99']],
      ['video', 0, ['96']],
    ])
    expect(offer.origin.sessionVersion).toBe('1')
  })

  it('gives no number twice where 101 is already a codec', () => {
    const last = parsed(simple('m=audio 4000 RTP/AVP 101 96\na=rtpmap:101 L16/16000\na=rtpmap:96 opus/48000/2\n'))
    expect(createOffer({ ...local, codecs: [L16_16000, PCMU] }, { ...session, last }).media[0]?.formats).toEqual(['101', '0', '97'])
  })
})

describe('answerOffer()', () => {
  it.each([
    ['baresip', 'PCMU', [0, 101], { address: '192.0.2.10', port: 27_000 }],
    ['linphone', 'PCMU', [0, 99], { address: '198.51.100.7', port: 7_078 }],
    ['asterisk', 'PCMU', [0, 101], { address: '203.0.113.5', port: 14_338 }],
    ['freeSwitch', 'PCMU', [0, 101], { address: '203.0.113.9', port: 24_816 }],
    ['cisco', 'PCMU', [0, 101], { address: '192.0.2.55', port: 29_482 }],
    ['polycom', 'PCMU', [0, 127], { address: '192.0.2.77', port: 2_222 }],
    ['rtpengine', 'PCMA', [8, 101], { address: '203.0.113.20', port: 30_018 }],
    ['sipp', 'PCMU', [0], { address: '127.0.0.1', port: 6_000 }],
    ['ipv6', 'PCMA', [8], { address: '2001:db8::10', port: 27_000 }],
  ] as const)('takes what %s offers, under its numbers', (peer, name, [payloadType, digits], remote) => {
    const { answer, media } = answered(bodies[peer])
    expect(media.codecs).toMatchObject([{ name, sendPayloadType: payloadType, receivePayloadType: payloadType }])
    expect(media.telephoneEvent?.sendPayloadType).toBe(digits)
    expect(media).toMatchObject({ remote, ptimeMs: 20, direction: 'sendrecv', isOnHold: false, mediaIndex: 0, hasRtcpMux: false })
    expect(answer.media[0]?.formats).toEqual((digits === undefined ? [payloadType] : [payloadType, digits]).map(String))
  })

  it('chooses by our preference, and any number that the offerer gives', () => {
    expect(answered(bodies.baresip, { ...local, codecs: [PCMA, PCMU] }).media.codecs[0].name).toBe('PCMA')
    const { media } = answered(simple('m=audio 4000 RTP/AVP 0 113\na=rtpmap:113 l16/16000/1\n'), { ...local, codecs: [L16_16000, PCMU] })
    expect(media.codecs[0]).toMatchObject({ name: 'l16', sendPayloadType: 113, receivePayloadType: 113 })
  })

  it('mirrors the digits it decodes, not more', () => {
    expect(serialiseSdp(answered(bodies.asterisk).answer)).toContain('a=fmtp:101 0-15\r\n')
    expect(answered(bodies.asterisk, { ...local, hasTelephoneEvent: false }).media.telephoneEvent).toBeUndefined()
  })

  it('takes rtcp-mux only where both have it, and a=rtcp', () => {
    expect(answered(bodies.baresip, { ...local, hasRtcpMux: true }).media.hasRtcpMux).toBe(true)
    expect(serialiseSdp(answered(bodies.baresip).answer)).not.toContain('rtcp-mux')
    expect(answered(bodies.asterisk, { ...local, hasRtcpMux: true }).media.hasRtcpMux).toBe(false)
    expect(answered(bodies.baresip).media.remoteRtcp).toEqual({ address: '192.0.2.10', port: 27_001 })
    expect(answered(bodies.rtpengine).media.remoteRtcp).toEqual({ address: '203.0.113.20', port: 30_019 })
    expect(answered(simple(audio('a=rtcp:53020 IN IP4 198.51.100.10\n'))).media.remoteRtcp).toEqual({
      address: '198.51.100.10',
      port: 53_020,
    })
    expect(answered(simple(audio('', 65_535))).media.remoteRtcp).toBeUndefined()
  })

  const zero = 'c=IN IP4 0.0.0.0\n'
  it.each<[string, string, Direction, boolean]>([
    ['a=sendonly', simple(audio('a=sendonly\n')), 'recvonly', true],
    ['a=inactive', simple(audio('a=inactive\n')), 'inactive', true],
    ['a=recvonly', simple(audio('a=recvonly\n')), 'sendonly', false],
    ['a=sendrecv', simple(audio('a=sendrecv\n')), 'sendrecv', false],
    ['nothing', simple(audio()), 'sendrecv', false],
    ['a=sendonly of the session', simple(audio(), undefined, 'a=sendonly\n'), 'recvonly', true],
    ['a=inactive of the session', simple(audio(), undefined, 'a=inactive\n'), 'inactive', true],
    ['a=sendrecv over a=inactive of the session', simple(audio('a=sendrecv\n'), undefined, 'a=inactive\n'), 'sendrecv', false],
    ['c=0.0.0.0 of the session', simple(audio(), zero), 'recvonly', true],
    ['c=0.0.0.0 of the media', simple(audio(zero)), 'recvonly', true],
    ['c=0.0.0.0 and a=sendonly', simple(audio('a=sendonly\n'), zero), 'recvonly', true],
    ['c=0.0.0.0 and a=inactive', simple(audio('a=inactive\n'), zero), 'inactive', true],
    ['c=0.0.0.0 and a=recvonly', simple(audio('a=recvonly\n'), zero), 'inactive', true],
    ['c=::', simple(audio(), 'c=IN IP6 ::\n'), 'recvonly', true],
  ])('hold: %s', (_, body, direction, isOnHold) => {
    const { answer, media } = answered(body)
    expect(media).toMatchObject({ direction, isOnHold })
    expect(answer.media[0]?.lines.at(-1)).toEqual({ type: 'a', value: direction })
  })

  it('holds a peer that does not hold us, and both at once', () => {
    expect(answered(simple(audio()), { ...local, direction: 'sendonly' }).media.direction).toBe('sendonly')
    expect(answered(simple(audio('a=sendonly\n')), { ...local, direction: 'sendonly' }).media.direction).toBe('inactive')
  })

  it('takes the first audio stream that it can, and rejects all others in their places', () => {
    const body = simple(
      'm=video 5000 RTP/AVP 99\nm=audio 0 RTP/AVP 0\nm=audio 5002 RTP/SAVP 0\nm=audio 5004 RTP/AVP 18\nm=audio 5006 RTP/AVP 8\nm=audio 5008 RTP/AVP 0\nm=image 5010 udptl t38\n',
    )
    const { answer, media } = answered(body)
    expect(answer.media.map(({ kind, port, protocol, formats }) => [kind, port, protocol, formats.join(' ')])).toEqual([
      ['video', 0, 'RTP/AVP', '99'],
      ['audio', 0, 'RTP/AVP', '0'],
      ['audio', 0, 'RTP/SAVP', '0'],
      ['audio', 0, 'RTP/AVP', '18'],
      ['audio', 10_000, 'RTP/AVP', '8'],
      ['audio', 0, 'RTP/AVP', '0'],
      ['image', 0, 'udptl', 't38'],
    ])
    expect(media).toMatchObject({ mediaIndex: 4, remote: { port: 5_006 } })
    expect(answered(bodies.secure).media.mediaIndex).toBe(1)
  })

  it.each([
    ['T.38 alone', bodies.t38, 304, 'no audio'],
    ['no media', simple(''), 304, 'no audio'],
    ['port 0', simple(audio('', 0)), 304, 'no audio'],
    ['SRTP', simple('m=audio 5002 RTP/SAVP 0\n'), 302, 'no common transport protocol'],
    ['no codec', simple('m=audio 5002 RTP/AVP 18 3\n'), 305, 'no common codec'],
    ['digits alone', simple('m=audio 5002 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n'), 305, 'no common codec'],
    ['no address', simple(audio(), ''), 301, 'no usable address'],
    ['multicast', simple(audio(), 'c=IN IP4 239.1.2.3/127\n'), 301, 'no usable address'],
    ['a name', simple(audio(), 'c=IN IP4 phone.example.com\n'), 301, 'no usable address'],
  ] as const)('refuses %s', (_, body, warning, reason) => {
    expect(answerOffer(parsed(body), local, session)).toEqual({ kind: 'refused', sipStatus: 488, warning, reason })
  })

  it('answers a re-offer with the same o=, its version counting changes', () => {
    const first = answered(simple(audio()))
    const last = first.answer
    const again = answered(simple(audio()), local, { ...session, last })
    expect(again.answer).toEqual(last)
    const held = answered(simple(audio('a=sendonly\n')), local, { ...session, last })
    expect(held.answer.origin).toEqual({ ...last.origin, sessionVersion: '1' })
    const resumed = answered(simple('m=audio 4000 RTP/AVP 8 0\n'), { ...local, codecs: [PCMA] }, { ...session, last: held.answer })
    expect(resumed.answer.origin.sessionVersion).toBe('2')
    expect(resumed.media.codecs[0].name).toBe('PCMA')
  })

  it.each([
    ['a=ptime:30\n', 30],
    ['a=ptime:20.0\n', 20],
    ['a=ptime:0\n', 20],
    ['a=ptime:x\n', 20],
    ['a=ptime:25\n', 20],
    ['a=ptime:1000\n', 120],
    ['a=ptime:5\n', 10],
    ['a=ptime:40\na=maxptime:30\n', 30],
    ['a=maxptime:10\n', 10],
  ])('sends packets as long as the peer asks: %j', (lines, ptimeMs) => {
    expect(answered(simple(audio(lines))).media.ptimeMs).toBe(ptimeMs)
  })
})

describe('readAnswer()', () => {
  const offer = createOffer({ ...local, codecs: [L16_16000, PCMU, PCMA], hasRtcpMux: true }, session)

  it('sends under the numbers of the answer and receives under ours', () => {
    const media = agreed(
      offer,
      simple('m=audio 4000 RTP/AVP 8 110 97\na=rtpmap:110 L16/16000\na=rtpmap:97 telephone-event/8000\na=rtcp-mux\na=ptime:30\n'),
    )
    expect(media).toMatchObject({
      remote: { address: '198.51.100.9', port: 4_000 },
      codecs: [
        { name: 'PCMA', sendPayloadType: 8, receivePayloadType: 8 },
        { name: 'L16', sendPayloadType: 110, receivePayloadType: 96 },
      ],
      telephoneEvent: { sendPayloadType: 97, receivePayloadType: 101 },
      hasRtcpMux: true,
      ptimeMs: 30,
      direction: 'sendrecv',
    })
  })

  it.each(['baresip', 'linphone', 'asterisk', 'freeSwitch', 'cisco', 'polycom', 'rtpengine', 'sipp'] as const)(
    'reads what %s answers',
    (peer) => {
      expect(agreed(offer, bodies[peer])).toMatchObject({
        codecs: expect.arrayContaining([expect.objectContaining({ clockRateHz: 8_000 })]),
      })
    },
  )

  it('keeps the hold that we asked for, and the one of the peer', () => {
    const held = createOffer({ ...local, direction: 'sendonly' }, session)
    expect(agreed(held, simple(audio('a=recvonly\n'))).direction).toBe('sendonly')
    expect(agreed(held, simple(audio())).direction).toBe('sendonly')
    expect(agreed(held, simple(audio('a=inactive\n'))).direction).toBe('inactive')
    expect(agreed(offer, simple(audio('a=sendonly\n')))).toMatchObject({ direction: 'recvonly', isOnHold: true })
  })

  it.each([
    [simple(audio('', 0)), 'stream rejected'],
    [simple(''), 'stream missing'],
    [bodies.t38, 'stream missing'],
    [simple('m=audio 4000 RTP/AVP 18\n'), 'no common codec'],
    [simple('m=audio 4000 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n'), 'no common codec'],
    [simple(audio(), ''), 'no usable address'],
  ])('refuses %j', (body, reason) => {
    expect(readAnswer(offer, parsed(body))).toMatchObject({ kind: 'refused', sipStatus: 488, reason })
  })

  it('delayed offer: our offer in the 200, the answer in the ACK, agreed on both sides alike', () => {
    const ours = createOffer(local, session)
    const theirs = answered(serialiseSdp(ours), { address: '198.51.100.9', port: 4_000, codecs: [PCMA] }, { sessionId: '8' })
    expect(theirs.media).toMatchObject({ remote: { address: '192.0.2.1', port: 10_000 }, codecs: [{ name: 'PCMA' }] })
    expect(agreed(ours, serialiseSdp(theirs.answer))).toMatchObject({
      remote: { address: '198.51.100.9', port: 4_000 },
      codecs: [{ name: 'PCMA' }],
      telephoneEvent: { sendPayloadType: 101 },
    })
  })
})
