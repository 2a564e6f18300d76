import { describe, expect, it } from 'vitest'
import { StreamFramer } from './stream-framer.ts'

const options = (callId: string, body = '') =>
  `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nl: ${Buffer.byteLength(body)}\r\n\r\n${body}`

function frame(framer: StreamFramer, text: string) {
  return framer.push(Buffer.from(text)).map(({ received, isBroken }) => {
    if (received.kind === 'keep-alive') return 'ping'
    if (received.kind === 'malformed') return `${received.reason}${isBroken ? '!' : ''}`
    return `${received.headers.raw('Call-ID')}:${Buffer.from(received.body).toString()}`
  })
}

describe('StreamFramer', () => {
  it('cuts several messages of one chunk, and keep-alives between them', () => {
    const framer = new StreamFramer()
    expect(frame(framer, `\r\n\r\n${options('1', 'héllo')}${options('2')}\r\n${options('3', 'x')}\r\n\r\n`)).toEqual([
      'ping',
      '1:héllo',
      '2:',
      '3:x',
    ])
    expect(frame(framer, '\r\n\r\n')).toEqual(['ping'])
    expect(framer.heldOctets).toBe(0)
  })

  it('puts together what comes octet by octet', () => {
    const framer = new StreamFramer()
    const octets = Buffer.from(options('1', 'body') + options('2', 'more'))
    const got = [...octets].flatMap((octet) => frame(framer, String.fromCharCode(octet)))
    expect(got).toEqual(['1:body', '2:more'])
    expect(framer.heldOctets).toBe(0)
  })

  it('keeps a message of 64 KB sent octet by octet cheap, and its body whole', () => {
    const framer = new StreamFramer()
    const octets = Buffer.from(options('1', 'b'.repeat(60_000)))
    const started = performance.now()
    let got: readonly unknown[] = []
    for (const octet of octets) got = [...got, ...framer.push(Uint8Array.of(octet))]
    expect(got).toMatchObject([{ received: { body: { length: 60_000 } } }])
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('keeps earlier bodies untouched by later chunks', () => {
    const framer = new StreamFramer()
    const [first] = framer.push(Buffer.from(options('1', 'first')))
    for (let count = 0; count < 50; count++) framer.push(Buffer.from(options('2', 'x'.repeat(500))))
    expect(first?.received.kind === 'request' && Buffer.from(first.received.body).toString()).toBe('first')
  })

  it('goes on after a malformed message whose length is known', () => {
    const framer = new StreamFramer()
    expect(frame(framer, options('1').replace('CSeq: 1', 'CSeq: x') + options('2'))).toEqual(['bad CSeq', '2:'])
  })

  it.each([
    ['Content-Length missing on a stream!', options('1').replace('l: 0\r\n', '')],
    ['bad Content-Length!', options('1').replace('l: 0', 'l: -1')],
    ['bad Content-Length!', options('1').replace('l: 0', 'l: 1\r\nl: 2')],
    ['message too long!', options('1').replace('l: 0', 'l: 65535')],
    ['head too long!', `OPTIONS ${'a'.repeat(40_000)}`],
    ['head too long!', `OPTIONS sip:a@b SIP/2.0\r\n${`X: ${'a'.repeat(90)}\r\n`.repeat(400)}\r\n`],
  ])('breaks on %s', (reason, text) => {
    const framer = new StreamFramer()
    expect(frame(framer, text + options('2'))).toEqual([reason])
    expect(frame(framer, options('3'))).toEqual([])
    expect(framer.heldOctets).toBe(0)
  })
})
