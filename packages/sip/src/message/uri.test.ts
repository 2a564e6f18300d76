import { describe, expect, it } from 'vitest'
import { USER } from './characters.ts'
import { isSameUri } from './compare-uri.ts'
import { escapeText, unescapeText } from './escapes.ts'
import { Params } from './params.ts'
import { sipUri } from './sip-uri.ts'
import { telNumber } from './tel-uri.ts'
import { formatUri, parseUri, type Uri } from './uri.ts'

function uriOf(text: string): Uri {
  const uri = parseUri(text)
  if (!uri) throw new Error(`malformed: ${text}`)
  return uri
}

describe('parseUri()', () => {
  it.each([
    'sip:alice@atlanta.com',
    'sip:alice:secretword@atlanta.com;transport=tcp',
    'sips:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:+1-212-555-1212:1234@gateway.com;user=phone',
    'sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com',
    'sip:alice;day=tuesday@atlanta.com',
    'sip:[2001:db8::9:1]:5070;transport=udp;lr',
    'sip:1001@[::ffff:192.0.2.10]',
    'sip:*72#@pbx.local:65535',
    'tel:+1-201-555-0123',
    'tel:7042;phone-context=example.com',
    'tel:863-1234;phone-context=+1-914-555',
    'urn:service:sos',
    'http://www.example.com/a?b=c',
  ])('keeps %s', (text) => expect(formatUri(uriOf(text))).toBe(text))

  it.each(
    [
      ['', 'sip', 'sip:', 'sip:@host', 'sip:a@', 'sip:a b@host', 'sip:a@ho st', 'sip:a@host:0', 'sip:a@host:65536', 'sip:a@host:5x'],
      [
        'sip:a@[::1',
        'sip:a@[zz::1]',
        'sip:a@b@c',
        'sip:a@host;',
        'sip:a@host;;lr',
        'sip:a@host?',
        'sip:a@host?=x',
        'sip:%4@host',
        'sip:%zz@host',
      ],
      ['sip:a@host;x="y"', 'sip:é@host', 'sip:a"@host', 'tel:', 'tel:+', 'tel:+1x', 'tel:-', '1scheme:x', 'a b:c', 'x:<y>', ':x'],
    ].flat(),
  )('refuses %j', (text) => expect(parseUri(text)).toBeUndefined())

  it('bounds the parameters', () => {
    expect(parseUri(`sip:h${';a=b'.repeat(64)}`)).toBeDefined()
    expect(parseUri(`sip:h${';a=b'.repeat(65)}`)).toBeUndefined()
  })

  it('reads the parts, host in lower case, escapes in one spelling', () => {
    expect(uriOf('SIP:%41l%3aice:p%20w@Example.COM:5080;Transport=TCP;lr?X=%6a')).toMatchObject({
      scheme: 'sip',
      user: 'Al%3Aice',
      password: 'p%20w',
      host: 'example.com',
      port: 5080,
      headers: [['X', 'j']],
    })
  })
})

describe('escapes', () => {
  it('go there and back, as UTF-8', () => {
    expect(escapeText('jörg@home 1', USER)).toBe('j%C3%B6rg%40home%201')
    expect(unescapeText('j%C3%B6rg%40home%201')).toBe('jörg@home 1')
    expect(unescapeText('%ff')).toBe('%ff')
  })
})

// RFC 3261 §19.1.4, examples
describe('isSameUri()', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    ['sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
    ['tel:7042;phone-context=Example.com', 'tel:70-42;phone-context=example.com'],
    ['urn:service:sos', 'urn:service:sos'],
  ])('%s and %s are the same', (one, other) => {
    expect(isSameUri(uriOf(one), uriOf(other))).toBe(true)
    expect(isSameUri(uriOf(other), uriOf(one))).toBe(true)
  })

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com?a=1&a=2', 'sip:carol@chicago.com?a=1&a=1'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'sip:a:pw@b'],
    ['sip:a%3Ab@c', 'sip:a:b@c'],
    ['tel:+1201', 'tel:1201'],
    ['tel:7042;phone-context=a', 'tel:7042;phone-context=b'],
    ['tel:+1201', 'sip:+1201@host'],
    ['urn:service:sos', 'urn:service:other'],
  ])('%s and %s differ', (one, other) => {
    expect(isSameUri(uriOf(one), uriOf(other))).toBe(false)
    expect(isSameUri(uriOf(other), uriOf(one))).toBe(false)
  })
})

describe('building', () => {
  it('makes a SIP URI of parts', () => {
    const uri = sipUri({
      user: escapeText('a b', USER),
      host: 'Example.com',
      port: 5060,
      params: Params.of({ transport: 'tcp', lr: true }),
    })
    expect(formatUri(uri)).toBe('sip:a%20b@example.com:5060;transport=tcp;lr')
  })

  it('gives a telephone number without separators', () => {
    const uri = uriOf('tel:+1-(201).555-0123')
    expect(uri.kind === 'tel' && telNumber(uri)).toBe('+12015550123')
  })
})
