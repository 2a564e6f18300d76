import { expect, test } from 'vitest'
import { stampedVia } from '../transport/via-stamps.ts'
import { retryAfterHeader } from './fields/numbers.ts'
import { viaHeader } from './fields/via.ts'
import { answerToGlance, glanceAtInvite } from './invite-glance.ts'
import { parseDatagram } from './parse-message.ts'

const invite = (lines: readonly string[], startLine = 'INVITE sip:100@192.0.2.1 SIP/2.0', body = '') =>
  Buffer.from(`${startLine}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1')
const usual = [
  'Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKx;rport',
  'Via: SIP/2.0/UDP 198.51.100.9;branch=z9hG4bKy',
  'Max-Forwards: 70',
  'From: "Andr\xe9, A" <sip:a@example.com>;tag=1',
  'To: <sip:100@192.0.2.1>',
  'Call-ID: abc@example.com',
  'CSeq: 7 INVITE',
  'User-Agent: a phone',
]
const compact = usual.map((line) => line.replace('Via:', 'v :').replace('From:', 'f:').replace('To:', 'T:').replace('Call-ID:', 'i:'))
const joined = [usual.slice(0, 2).join(', ').replace(', Via:', ', '), ...usual.slice(2)]

test.each([
  ['as phones write it', usual],
  ['in compact form', compact],
  ['with its Vias in one line', joined],
  ['with a tag in a URI only', usual.map((line) => line.replace('<sip:100@192.0.2.1>', '<sip:100@192.0.2.1;x=tagged>'))],
])('an INVITE %s is answered as one that was parsed would be', (_, lines) => {
  const octets = invite(lines)
  const glance = glanceAtInvite(octets)
  const parsed = parseDatagram(octets)
  if (!glance || parsed.kind !== 'request') throw new Error('not understood')
  expect(glance.userAgent).toBe('a phone')
  const via = stampedVia(glance.via, { host: '203.0.113.5', port: 4_711 })
  const answer = parseDatagram(answerToGlance(glance, { status: 503, toTag: 'ours', retryAfterSeconds: 7, via }))
  if (answer.kind !== 'response') throw new Error('no response')
  expect([answer.status, answer.reason, answer.headers.one(retryAfterHeader)]).toEqual([503, 'Service Unavailable', { seconds: 7 }])
  expect(answer.headers.all(viaHeader)?.map(viaHeader.format)).toEqual([
    'SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKx;rport=4711;received=203.0.113.5',
    'SIP/2.0/UDP 198.51.100.9;branch=z9hG4bKy',
  ])
  for (const name of ['From', 'Call-ID', 'CSeq']) expect(answer.headers.rawAll(name)).toEqual(parsed.headers.rawAll(name))
  expect(answer.headers.rawAll('To')).toEqual([`${parsed.headers.rawAll('To')[0]};tag=ours`])
})

const without = (name: string) => usual.filter((line) => !line.startsWith(name))
const instead = (name: string, line: string) => [...without(name), line]

test.each([
  ['of another method', invite(usual, 'OPTIONS sip:100@192.0.2.1 SIP/2.0')],
  ['of another version', invite(usual, 'INVITE sip:100@192.0.2.1 SIP/7.0')],
  ['in lower case', invite(usual, 'invite sip:100@192.0.2.1 SIP/2.0')],
  ['in a dialog', invite(instead('To:', 'To: <sip:100@192.0.2.1> ; Tag=2'))],
  ['without a Via', invite(without('Via:'))],
  ['with a Via that cannot be read', invite(['Via: nothing', ...without('Via:')])],
  ['without From', invite(without('From:'))],
  ['with two Call-IDs', invite([...usual, 'i: other'])],
  ['with the CSeq of another method', invite(instead('CSeq:', 'CSeq: 7 BYE'))],
  ['with a folded line', invite([...usual, 'Subject: a', ' b'])],
  ['with a line that has no name', invite([...usual, 'nothing'])],
  ['without an end', Buffer.from(`INVITE sip:100@192.0.2.1 SIP/2.0\r\n${usual.join('\r\n')}\r\n`)],
  ['that is large', invite(usual, undefined, 'x'.repeat(5_000))],
  ['that is none', Buffer.from('\r\n\r\n')],
  ['that is a start only', Buffer.from('INV')],
])('an INVITE %s is left to the parser', (_, octets) => {
  expect(glanceAtInvite(octets)).toBeUndefined()
})
