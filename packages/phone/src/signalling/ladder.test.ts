import { createRequest, createResponse, HeaderList, parseUri, type SipRequest } from '@voipbin/sip'
import { expect, it } from 'vitest'
import { Ladder } from './ladder.ts'

function invite(body = ''): SipRequest {
  const headers = new HeaderList().append('Via', 'SIP/2.0/UDP h;branch=z9hG4bKx').append('From', '<sip:a@h>;tag=1')
  headers.append('To', '<sip:b@h>').append('Call-ID', 'c').append('CSeq', '1 INVITE')
  if (body !== '') headers.append('Content-Type', 'application/sdp')
  return createRequest('INVITE', parseUri('sip:b@h') ?? expect.fail(), headers, Buffer.from(body))
}

it('renders what passed, when, which way, and what was said of media', () => {
  let nowMs = 1_000
  const ladder = new Ladder(() => nowMs)
  const sdp =
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n'
  const passed = { protocol: 'UDP', peer: '127.0.0.1:5060' } as const
  ladder.record({ ...passed, direction: 'sent', message: invite(sdp) })
  nowMs = 1_250
  ladder.record({ ...passed, direction: 'received', message: createResponse(invite(), 486, { toTag: 't' }) })
  expect(ladder.outline).toEqual(['→ INVITE', '← 486 INVITE'])
  const [first, second] = ladder.render().split('\n')
  expect(first).toMatch(/^ {3}0\.000 s {2}── INVITE sip:b@h \(PCMU, sendonly\) ─+▶ {2}127\.0\.0\.1:5060 UDP$/)
  expect(second).toMatch(/^ {3}0\.250 s {2}◀─ 486 Busy Here ─+ {2}127\.0\.0\.1:5060 UDP$/)
})

it('leaves retransmissions out where asked to', () => {
  const ladder = new Ladder(() => 0)
  const passed = { protocol: 'UDP', peer: 'h:1' } as const
  for (let count = 0; count < 3; count++) ladder.record({ ...passed, direction: 'sent', message: invite() })
  ladder.record({ ...passed, direction: 'received', message: createResponse(invite(), 180, { toTag: 'a' }) })
  ladder.record({ ...passed, direction: 'received', message: createResponse(invite(), 180, { toTag: 'b' }) })
  expect(ladder.outline).toHaveLength(5)
  expect(ladder.outlineOnce).toEqual(['→ INVITE', '← 180 INVITE', '← 180 INVITE'])
})

it('forgets the oldest, so that it does not grow for ever', () => {
  const ladder = new Ladder(() => 0)
  for (let count = 0; count < 2_100; count++) ladder.record({ direction: 'sent', protocol: 'UDP', peer: 'h:1', message: invite() })
  expect(ladder.steps).toHaveLength(2_000)
})
