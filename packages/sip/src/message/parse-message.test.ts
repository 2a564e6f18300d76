import { describe, expect, it } from 'vitest'
import { answerMalformed, createAck, createCancel, createResponse } from './build.ts'
import { fromHeader } from './fields/name-addr.ts'
import type { SipRequest } from './message.ts'
import { parseDatagram } from './parse-message.ts'
import { serialise } from './serialise.ts'

const lines = [
  'INVITE sip:bob@biloxi.com SIP/2.0',
  'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds',
  'Via: SIP/2.0/UDP proxy;branch=z9hG4bKp',
  'Route: <sip:edge;lr>',
  'Max-Forwards: 70',
  'To: Bob <sip:bob@biloxi.com>',
  'From: Alice <sip:alice@atlanta.com>;tag=1928301774',
  'Call-ID: a84b4c76e66710@pc33.atlanta.com',
  'CSeq: 314159 INVITE',
  'Timestamp: 54',
  'Contact: <sip:alice@pc33.atlanta.com>',
]
const parse = (text: string | readonly string[], body = '') =>
  parseDatagram(Buffer.from(typeof text === 'string' ? text : `${text.join('\r\n')}\r\n\r\n${body}`))
const reasonOf = (text: string | readonly string[]) => {
  const message = parse(text)
  return message.kind === 'malformed' ? `${message.reason}${message.canAnswer ? '' : ', no answer'}` : message.kind
}
const replaced = (name: string, ...by: readonly string[]) => lines.flatMap((line) => (line.startsWith(name) ? by : [line]))

function invite(): SipRequest {
  const message = parse(lines)
  return message.kind === 'request' ? message : expect.fail()
}

describe('parseDatagram()', () => {
  it('takes the rest of the datagram as body where no length is said', () => {
    expect(parse(lines, 'body')).toMatchObject({ kind: 'request', method: 'INVITE', body: Buffer.from('body') })
  })

  it.each([
    ['keep-alive', ''],
    ['keep-alive', '\r\n\r\n'],
    ['request', `\r\n\r\n${lines.join('\r\n')}\r\n\r\n`],
    ['no end of headers, no answer', '\0\0\0\0'],
    ['no end of headers, no answer', 'GET / HTTP/1.1\r\n'],
    ['no end of headers', lines.join('\r\n')],
    ['bad line break, no answer', `${lines.join('\n')}\r\n\r\n`],
    ['bad line break', replaced('Timestamp', 'X: a\nVia: evil')],
    ['bad line break', replaced('Timestamp', 'X: a\rVia: evil')],
    ['bad start line, no answer', replaced('INVITE', 'INVITE sip:a@b')],
    ['bad start line, no answer', replaced('INVITE', 'GET / HTTP/1.1')],
    ['bad start line', replaced('INVITE', 'INVITE sip:a@b\tSIP/2.0')],
    ['bad version', replaced('INVITE', 'INVITE sip:a@b SIP/3.0')],
    ['bad version, no answer', replaced('INVITE', 'SIP/3.0 200 OK')],
    ['bad status code, no answer', replaced('INVITE', 'SIP/2.0 099 OK')],
    ['bad status code, no answer', replaced('INVITE', 'SIP/2.0 700 OK')],
    ['response', replaced('INVITE', 'sip/2.0 200')],
    ['bad header line', replaced('Timestamp', 'no colon')],
    ['bad header line', replaced('Timestamp', 'two words: x')],
    ['bad header line', replaced('Timestamp', ': x')],
    ['header too long', replaced('Timestamp', `X: ${'a'.repeat(8_200)}`)],
    ['too many headers', [...lines, ...Array.from({ length: 256 }, () => 'X: y')]],
    ['head too long', [...lines, ...Array.from({ length: 200 }, () => `X: ${'y'.repeat(200)}`)]],
    ['message too long, no answer', 'x'.repeat(65_536)],
    ['missing Via, no answer', lines.filter((line) => !line.startsWith('Via'))],
    ['missing To', replaced('To')],
    ['missing Call-ID', replaced('Call-ID')],
    ['bad CSeq', replaced('CSeq', 'CSeq: INVITE')],
    ['bad Max-Forwards', replaced('Max-Forwards', 'Max-Forwards: 256')],
    ['bad Route', replaced('Route', 'Route: edge')],
    ['method and CSeq differ, no answer', replaced('INVITE', 'ACK sip:a@b SIP/2.0')],
    ['request', replaced('Timestamp', 'Warning: <<<not read by anyone>>>')],
  ])('%s', (reason, text) => expect(reasonOf(text)).toBe(reason))

  it('reads Latin-1 where a head is no UTF-8', () => {
    const message = parseDatagram(Buffer.from(`${replaced('From', 'From: "Jörg" <sip:a@b>;tag=1').join('\r\n')}\r\n\r\n`, 'latin1'))
    expect(message.kind === 'request' && message.headers.one(fromHeader)?.displayName).toBe('Jörg')
  })
})

describe('serialise()', () => {
  it('writes what was read, with the length of the body', () => {
    const message = parse(lines, 'b\xffdy')
    if (message.kind !== 'request') return expect.fail()
    expect(serialise(message).toString()).toBe(`${lines.join('\r\n')}\r\nContent-Length: 5\r\n\r\nb\xffdy`)
  })
})

describe('building', () => {
  const text = (message: Parameters<typeof serialise>[0]) => serialise(message).toString().split('\r\n')

  it('copies into a response what identifies its request', () => {
    expect(text(createResponse(invite(), 180, { toTag: 'ours' }))).toEqual([
      'SIP/2.0 180 Ringing',
      ...[lines[1], lines[2], lines[6], 'To: "Bob" <sip:bob@biloxi.com>;tag=ours', lines[7], lines[8], 'Content-Length: 0', '', ''],
    ])
    expect(text(createResponse(invite(), 100, { toTag: 'ours' })).slice(4, 8)).toEqual([lines[5], lines[7], lines[8], lines[9]])
  })

  it('answers a malformed request as well as it can', () => {
    const received = parse(replaced('To', 'To: "Bob <sip:bob@biloxi.com>'))
    if (received.kind !== 'malformed') return expect.fail()
    const answer = answerMalformed(received, 'ours')
    expect(answer && text(answer).slice(0, 5)).toEqual([
      'SIP/2.0 400 Bad Request (bad To)',
      ...[lines[1], lines[2], lines[6], 'To: "Bob <sip:bob@biloxi.com>'],
    ])
  })

  it('acknowledges a failure and cancels on the branch of the INVITE', () => {
    const response = createResponse(invite(), 486, { toTag: 'theirs' })
    expect(text(createAck(invite(), response))).toEqual([
      'ACK sip:bob@biloxi.com SIP/2.0',
      ...[lines[1], 'Max-Forwards: 70', lines[3], lines[6], 'To: "Bob" <sip:bob@biloxi.com>;tag=theirs'],
      ...[lines[7], 'CSeq: 314159 ACK', 'Content-Length: 0', '', ''],
    ])
    expect(text(createCancel(invite()))).toContain('CSeq: 314159 CANCEL')
    expect(text(createCancel(invite()))).toContain(lines[5])
  })
})
