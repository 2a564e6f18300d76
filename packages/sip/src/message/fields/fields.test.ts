import { describe, expect, it } from 'vitest'
import type { HeaderField } from '../header-field.ts'
import { parseField } from '../header-field.ts'
import { Params } from '../params.ts'
import { authorizationHeader, wwwAuthenticateHeader } from './authentication.ts'
import { contactExpiresSeconds, contactHeader, contactPreference } from './contact.ts'
import { acceptHeader, contentTypeHeader, isAccepted } from './media-type.ts'
import { diversionHeader, fromHeader, pAssertedIdentityHeader, routeHeader } from './name-addr.ts'
import { cseqHeader, expiresHeader, maxForwardsHeader, retryAfterHeader } from './numbers.ts'
import { causeOf, eventHeader, reason, reasonHeader } from './token-params.ts'
import { allowHeader, callIdHeader, dateHeader, privacyHeader, supportedHeader } from './tokens.ts'
import { branchOf, viaHeader } from './via.ts'

/** A field, a spelling of it, and the one that we write where that differs. */
type Spelling = readonly [field: HeaderField<never>, text: string, written?: string]

/** Each accepted spelling with the one that we write. */
const accepted: readonly Spelling[] = [
  [fromHeader, 'sip:a@b;tag=1', '<sip:a@b>;tag=1'],
  [fromHeader, '<sip:a@b;lr>;tag=1;x="y z"'],
  [fromHeader, '"A \\"quoted\\" \\\\ name" <sip:a@b>'],
  [fromHeader, 'Jörg Müller (home) <sip:a@b>', '"Jörg Müller (home)" <sip:a@b>'],
  [fromHeader, '"日本" \t <sip:a@b>', '"日本" <sip:a@b>'],
  [fromHeader, '<sip:a@b> ; tag = 1', '<sip:a@b>;tag=1'],
  [fromHeader, 'tel:+123', '<tel:+123>'],
  [routeHeader, '<sip:a;lr>,<sip:b;lr> , "n" <sip:c>', '<sip:a;lr>, <sip:b;lr>, "n" <sip:c>'],
  [contactHeader, '*'],
  [contactHeader, '"a, <b>;" <sip:c@d>;q=0.5, sip:e@f', '"a, <b>;" <sip:c@d>;q=0.5, <sip:e@f>'],
  [contactHeader, '<sip:a@b>;+sip.instance="<urn:uuid:1>";reg-id=1'],
  [pAssertedIdentityHeader, '"A" <sip:a@b>, <tel:+1>'],
  [diversionHeader, '<sip:a@b>;reason=user-busy;counter=1'],
  [viaHeader, 'SIP / 2.0 / udp  Host.COM : 5060 ; branch=z9hG4bKx ; rport', 'SIP/2.0/UDP host.com:5060;branch=z9hG4bKx;rport'],
  [viaHeader, 'SIP/2.0/TCP [2001:db8::1]:5070;received=2001:db8::2'],
  [viaHeader, 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-a==;x=[::1]'],
  [cseqHeader, '0009   INVITE', '9 INVITE'],
  [cseqHeader, '2147483647 X'],
  [maxForwardsHeader, '0'],
  [maxForwardsHeader, '255'],
  [expiresHeader, '4294967295'],
  [callIdHeader, 'a84b4c76e66710@pc33.atlanta.com'],
  [callIdHeader, 'word%ZK-!.*_+\'@word`~)(><:\\/"][?}{'],
  [retryAfterHeader, '18000;duration=3600', '18000'],
  [retryAfterHeader, "120 (I'm in a meeting)", '120'],
  [allowHeader, 'INVITE, ACK,BYE , ', 'INVITE, ACK, BYE'],
  [supportedHeader, ''],
  [privacyHeader, 'id;critical'],
  [reasonHeader, 'SIP;cause=200;text="Call completed elsewhere", Q.850;cause=16'],
  [eventHeader, 'message-summary;id=1'],
  [contentTypeHeader, 'Application / SDP ; charset = "utf 8"', 'application/sdp;charset="utf 8"'],
  [acceptHeader, 'application/sdp;level=1, text/*, */*'],
  [dateHeader, 'Sat, 13 Nov 2010 23:29:00 GMT'],
  [wwwAuthenticateHeader, 'Digest realm="a, b", nonce="c=", algorithm=MD5, qop="auth,auth-int"'],
  [authorizationHeader, 'NoOneKnowsThisScheme opaque-data=here'],
] as unknown as readonly Spelling[]

const refused: ReadonlyArray<readonly [HeaderField<never>, readonly string[]]> = [
  [
    fromHeader as HeaderField<never>,
    ['', '<sip:a@b', 'sip:a@b>', '"a <sip:a@b>', '"a" sip:a@b', 'a b', '< sip:a@b>', '<sip:a@b >', '<sip:a@b>x'],
  ],
  [
    fromHeader as HeaderField<never>,
    ['<sip:a@b>;', '<sip:a@b>;=1', '<sip:a@b>;a="1', 'a,b <sip:c@d>', '<sip:a@b>, <sip:c@d>', 'sip:a@b?x=y', 'a\0b <sip:a@b>'],
  ],
  [routeHeader as HeaderField<never>, ['', ',<sip:a>', '<sip:a>,', '<sip:a>,,<sip:b>', '<sip:a> <sip:b>']],
  [contactHeader as HeaderField<never>, ['*, <sip:a@b>', '<sip:a@b>, *', '**']],
  [
    viaHeader as HeaderField<never>,
    ['', 'SIP', 'SIP/2.0', 'SIP/2.0/UDP', 'SIP/2.0/UDPhost;x', 'SIP/2.0/UDP h:', 'SIP/2.0/UDP h:0', 'SIP/2.0/UDP h:99999'],
  ],
  [viaHeader as HeaderField<never>, ['SIP/2.0/UDP [::1', 'SIP/2.0/UDP [xyz]', 'SIP/2.0/UDP h;;', 'SIP/2.0/UDP h,']],
  [cseqHeader as HeaderField<never>, ['', '1', 'INVITE', '1INVITE', '-1 A', '2147483648 A', '1 A B', '99999999999999999999999 A']],
  [maxForwardsHeader as HeaderField<never>, ['', '-1', '256', '1.5', '70 70', 'x']],
  [callIdHeader as HeaderField<never>, ['', 'a b', 'é']],
  [retryAfterHeader as HeaderField<never>, ['', 'soon', '5 x']],
  [allowHeader as HeaderField<never>, ['INVITE ACK', 'a;b', '"x"']],
  [contentTypeHeader as HeaderField<never>, ['', 'text', 'text/', '/plain', 'text/plain x']],
  [dateHeader as HeaderField<never>, ['', 'Fri, 01 Jan 2010 16:00:00 EST', 'Fri, 41 Jan 2010 16:00:00 GMT', 'now']],
  [wwwAuthenticateHeader as HeaderField<never>, ['', 'Digest', 'Digest ', 'Digest a=b c=d', 'Digest realm="x']],
]

describe('header fields', () => {
  it.each(accepted.map(([field, text, written = text]) => [field.name, text, written, field] as const))(
    '%s reads %s',
    (_name, text, written, field) => {
      const values = parseField(field, text)
      if (!values) throw new Error(`${field.name} refuses ${text}`)
      expect(values.map((value) => field.format(value)).join(', ')).toBe(written)
    },
  )

  it.each(refused.flatMap(([field, texts]) => texts.map((text) => [field.name, text, field] as const)))(
    '%s refuses %j',
    (_name, text, field) => expect(parseField(field, text)).toBeUndefined(),
  )

  it('bounds lists and parameters', () => {
    expect(parseField(allowHeader, 'A,'.repeat(128))).toHaveLength(128)
    expect(parseField(allowHeader, 'A,'.repeat(129))).toBeUndefined()
    expect(parseField(fromHeader, `<sip:a@b>${';a'.repeat(64)}`)).toHaveLength(1)
    expect(parseField(fromHeader, `<sip:a@b>${';a'.repeat(65)}`)).toBeUndefined()
  })
})

describe('what values mean', () => {
  const contact = (text: string) => {
    const value = parseField(contactHeader, text)?.[0]
    if (!value || value === '*') throw new Error(text)
    return value
  }

  it('contact: expires and preference', () => {
    expect(contactExpiresSeconds(contact('<sip:a@b>;expires=60'))).toBe(60)
    expect(contactExpiresSeconds(contact('<sip:a@b>;expires=280297596632815'))).toBe(4294967295)
    expect(contactExpiresSeconds(contact('<sip:a@b>;expires=x'))).toBeUndefined()
    expect(['0.5', '1', '2', 'x'].map((q) => contactPreference(contact(`<sip:a@b>;q=${q}`)))).toEqual([0.5, 1, 1, 1])
  })

  it('via: a branch of RFC 3261 has a cookie and something behind it', () => {
    const branch = (text: string) => branchOf(parseField(viaHeader, `SIP/2.0/UDP h;branch=${text}`)?.[0] ?? expect.fail())
    expect(branch('z9hG4bKx')).toBe('z9hG4bKx')
    expect(branch('Z9HG4BKx')).toBe('Z9HG4BKx')
    expect(branch('z9hG4bK')).toBeUndefined()
    expect(branch('1234567890')).toBeUndefined()
  })

  it('reason: text is always quoted, causes are found by protocol', () => {
    const values = [reason('SIP', 487), reason('Q.850', 16, 'Terminated')]
    expect(values.map(reasonHeader.format)).toEqual(['SIP;cause=487', 'Q.850;cause=16;text="Terminated"'])
    expect(causeOf(values, 'q.850')).toBe(16)
    expect(causeOf(values, 'X')).toBeUndefined()
  })

  it('accept: ranges', () => {
    const takes = (ranges: string) => isAccepted(parseField(acceptHeader, ranges) ?? [], 'application/sdp')
    expect(['application/sdp', 'application/*', '*/*', 'text/plain', ''].map(takes)).toEqual([true, true, true, false, false])
  })

  it('params: quoted only where needed, names without case, order kept', () => {
    const params = Params.of({ a: 1, b: true, c: 'x y', d: undefined }).with('A', '2').withQuoted('e', 'z').without('b')
    expect(params.format()).toBe(';A=2;c="x y";e="z"')
    expect(params.get('C')).toBe('x y')
  })
})
