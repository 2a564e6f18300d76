import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  answerMalformed,
  branchOf,
  type Capabilities,
  callIdOf,
  contactHeader,
  cseqHeader,
  fromHeader,
  maxForwardsHeader,
  parseDatagram,
  refuseRequest,
  type SipMessage,
  serialise,
  tagOf,
  toHeader,
  unescapeText,
  viaHeader,
} from '../src/index.ts'
import { outcomes, torture } from './torture.ts'

const capabilities: Capabilities = {
  methods: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE'],
  schemes: ['sip', 'sips', 'tel'],
  extensions: [],
  bodies: ['application/sdp', 'text/plain', 'multipart/mixed'],
  answerBody: 'application/sdp',
}

function parsed(name: string): SipMessage {
  const message = parseDatagram(torture(name))
  if (message.kind !== 'request' && message.kind !== 'response') throw new Error(`${name} is ${JSON.stringify(message)}`)
  return message
}

function request(name: string) {
  const message = parsed(name)
  if (message.kind !== 'request') throw new Error(`${name} is no request`)
  return message
}

const contactsOf = (name: string) =>
  (request(name).headers.all(contactHeader) ?? []).map((contact) => (contact === '*' ? undefined : contact))
const sipUriOf = (uri: unknown) => uri as { user: string; password: string; host: string; params: { get(name: string): string } }

describe('RFC 4475', () => {
  it('knows an outcome for each of the 49 messages', () => {
    const files = readdirSync(new URL('./vectors/rfc4475/', import.meta.url))
    expect(
      Object.keys(outcomes)
        .map((name) => `${name}.dat`)
        .sort(),
    ).toEqual(files.sort())
    expect(files).toHaveLength(49)
  })

  it.each(Object.entries(outcomes))('%s: %o', (name, outcome) => {
    const message = parseDatagram(torture(name))
    if (message.kind === 'keep-alive') throw new Error('no message')
    if (outcome.does === 'answer' || outcome.does === 'drop') {
      expect(message).toMatchObject({ kind: 'malformed', reason: outcome.reason, canAnswer: outcome.does === 'answer' })
      if (message.kind !== 'malformed' || outcome.does === 'drop') return
      const answer = answerMalformed(message, 'ours')
      expect(answer?.status).toBe(outcome.status)
      expect(answer?.headers.rawAll('Via')).toEqual(message.headers.rawAll('Via'))
      return
    }
    expect(message.kind).not.toBe('malformed')
    const refusal = message.kind === 'request' ? refuseRequest(message, capabilities, 'ours') : undefined
    expect(refusal?.status).toBe(outcome.does === 'refuse' ? outcome.status : undefined)
    if (outcome.does === 'refuse' && outcome.header) expect(refusal?.headers.raw(outcome.header[0])).toBe(outcome.header[1])
  })

  it.each(Object.entries(outcomes).filter(([, { does }]) => does === 'accept' || does === 'refuse'))(
    '%s means the same after being written again',
    (name) => {
      const first = parsed(name)
      const again = parseDatagram(serialise(first))
      expect({ ...again, headers: undefined }).toEqual({ ...first, headers: undefined })
      const withoutLength = (message: typeof again) =>
        'headers' in message ? [...message.headers].filter(([header]) => !/^(l|content-length)$/i.test(header)) : []
      expect(withoutLength(again)).toEqual(withoutLength(first))
    },
  )
})

describe('meaning of the valid messages', () => {
  it('wsinv: folded, compact, repeated and oddly cased headers', () => {
    const { headers, uri, body } = request('wsinv')
    expect(uri).toMatchObject({ host: 'chair-dnrc.example.com', user: 'vivekg' })
    expect(tagOf(headers.one(toHeader))).toBe('1918181833n')
    expect(headers.one(fromHeader)?.displayName).toBe('J Rosenberg \\"')
    expect(tagOf(headers.one(fromHeader))).toBe('98asjd8')
    expect(headers.one(maxForwardsHeader)).toBe(68)
    expect(headers.one(cseqHeader)).toEqual({ sequence: 9, method: 'INVITE' })
    expect(headers.all(viaHeader)?.map(({ transport, host }) => [transport, host])).toEqual([
      ['UDP', '192.0.2.2'],
      ['TCP', 'spindle.example.com'],
      ['UDP', '192.168.255.111'],
    ])
    expect(headers.raw('Subject')).toBe('')
    expect(headers.raw('NewFangledHeader')).toBe('newfangled value continued newfangled value')
    expect(headers.raw('UnknownHeaderWithUnusualValue')).toBe(';;,,;;,;')
    const [contact] = contactsOf('wsinv')
    expect(contact?.displayName).toBe('Quoted string ""')
    expect(contact?.params.get('newparam')).toBe('newvalue')
    expect(contact?.params.get('q')).toBe('0.33')
    expect(body).toHaveLength(150)
  })

  it('intmeth: every character that a method, user, name or header may have', () => {
    const { method, uri, headers } = request('intmeth')
    expect(method).toBe("!interesting-Method0123456789_*+`.%indeed'~")
    expect(sipUriOf(uri).user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    expect(sipUriOf(uri).password).toBe("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    expect(headers.one(toHeader)?.displayName).toBe('BEL:\x07 NUL:\0 DEL:\x7f')
    expect(headers.one(fromHeader)?.displayName).toBe("token1~` token2'+_ token3*%!.-")
    expect(headers.one(fromHeader)?.params.get("fromParam''~+*_!.-%")).toBe('работающий')
    expect(headers.raw("extensionHeader-!.%*+_`'~")).toBe('\ufeff大停電')
  })

  it('esc01: escapes of unreserved characters mean the characters, others stay', () => {
    const { uri, headers } = request('esc01')
    expect(sipUriOf(uri)).toMatchObject({ user: 'sips%3Auser%40example.com', host: 'example.net' })
    expect(unescapeText(sipUriOf(uri).user)).toBe('sips:user@example.com')
    expect(sipUriOf(headers.one(toHeader)?.uri).user).toBe('user')
    const contact = sipUriOf(contactsOf('esc01')[0]?.uri)
    expect(contact.user).toBe('caller')
    expect(contact.params.get('lr')).toBe('')
    expect(contact.params.get('name')).toBe('value%2541')
  })

  it('escnull: an escaped NUL is a character like any other', () => {
    expect(contactsOf('escnull').map((contact) => sipUriOf(contact?.uri).user)).toEqual(['%00', '%00%00'])
  })

  it('esc02: an escape in a header name or method is no escape', () => {
    expect(request('esc02').method).toBe('RE%47IST%45R')
    expect(contactsOf('esc02').map((contact) => sipUriOf(contact?.uri).user)).toEqual(['alias1', 'alias3'])
  })

  it('lwsdisp, longreq, dblreq, semiuri, transports, mpart01', () => {
    expect(request('lwsdisp').headers.one(fromHeader)?.displayName).toBe('caller')
    expect(request('longreq').headers.all(viaHeader)).toHaveLength(34)
    expect(request('dblreq')).toMatchObject({ method: 'REGISTER', body: { length: 0 } })
    expect(sipUriOf(request('semiuri').uri).user).toBe('user;par=u%40example.net')
    expect(
      request('transports')
        .headers.all(viaHeader)
        ?.map(({ transport }) => transport),
    ).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'])
    expect(request('mpart01').body).toHaveLength(553)
  })

  it('unreason, noreason: a reason phrase is any UTF-8 or nothing', () => {
    expect(parsed('unreason')).toMatchObject({ status: 200, reason: '= 2**3 * 5**2 но сто девяносто девять - простое' })
    expect(parsed('noreason')).toMatchObject({ status: 100, reason: '' })
  })

  it('cparam01, cparam02, regescrt: a parameter belongs to header or URI as the brackets say', () => {
    expect(contactsOf('cparam01')[0]?.params.has('unknownparam')).toBe(true)
    expect(contactsOf('cparam02')[0]?.params.has('unknownparam')).toBe(false)
    expect(sipUriOf(contactsOf('cparam02')[0]?.uri).params.get('unknownparam')).toBe('')
    expect(contactsOf('regescrt')[0]?.uri).toMatchObject({ headers: [['Route', '%3Csip:sip.example.com%3E']] })
  })

  it('badbranch, inv2543: without a unique branch they are of RFC 2543', () => {
    for (const name of ['badbranch', 'inv2543']) {
      const via = request(name).headers.one(viaHeader)
      expect(via && branchOf(via)).toBeUndefined()
    }
    expect(callIdOf(request('inv2543'))).toBe('inv2543.1717@ift.client.example.com')
    expect(request('inv2543').body.length).toBe(105)
  })
})
