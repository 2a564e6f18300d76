import { describe, expect, it } from 'vitest'
import { fromHeader, routeHeader } from './fields/name-addr.ts'
import { maxForwardsHeader } from './fields/numbers.ts'
import { allowHeader } from './fields/tokens.ts'
import { viaHeader } from './fields/via.ts'
import { parseField } from './header-field.ts'
import { HeaderList } from './header-list.ts'

const via = (host: string) => parseField(viaHeader, `SIP/2.0/UDP ${host}`)?.[0] ?? expect.fail(host)
const hosts = (headers: HeaderList) => headers.all(viaHeader)?.map(({ host }) => host)

describe('HeaderList', () => {
  it('finds a header by any spelling of its name and keeps how it was written', () => {
    const headers = new HeaderList()
    headers.appendParsed('v', 'SIP/2.0/UDP a')
    headers.append('VIA', 'SIP/2.0/UDP b, SIP/2.0/UDP c')
    headers.append('X-Mine', '1')
    expect(hosts(headers)).toEqual(['a', 'b', 'c'])
    expect(headers.raw('x-mine')).toBe('1')
    expect(headers.rawAll('Via')).toHaveLength(2)
    expect(headers.format(3)).toBe('v: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b, SIP/2.0/UDP c\r\nX-Mine: 1\r\nContent-Length: 3\r\n')
  })

  it('answers undefined to a malformed value, and to a single value given twice', () => {
    const headers = new HeaderList().append('From', '<sip:a@b>').append('Max-Forwards', 'x').append('Allow', 'A').append('Allow', 'b c')
    expect(headers.one(fromHeader)?.uri).toMatchObject({ user: 'a' })
    expect(headers.one(maxForwardsHeader)).toBeUndefined()
    expect(headers.all(allowHeader)).toBeUndefined()
    expect(headers.one(routeHeader)).toBeUndefined()
    expect(headers.all(routeHeader)).toEqual([])
    expect(headers.append('f', '<sip:c@d>').one(fromHeader)).toBeUndefined()
  })

  it('adds, replaces and removes the first of a list', () => {
    const headers = new HeaderList().append('Call-ID', '1').append('Via', 'SIP/2.0/UDP a, SIP/2.0/UDP b').append('Via', 'SIP/2.0/UDP c')
    headers.prepend(viaHeader, via('z'))
    expect(hosts(headers)).toEqual(['z', 'a', 'b', 'c'])
    headers.removeFirst(viaHeader).replaceFirst(viaHeader, via('y'))
    expect(hosts(headers)).toEqual(['y', 'b', 'c'])
    headers.removeFirst(viaHeader).removeFirst(viaHeader)
    expect(hosts(headers)).toEqual(['c'])
    expect([...headers].map(([name]) => name)).toEqual(['Call-ID', 'Via'])
    expect(hosts(headers.removeFirst(viaHeader).prepend(viaHeader, via('x')))).toEqual(['x'])
  })

  it('sets in the place of the first line', () => {
    const headers = new HeaderList().append('Via', 'SIP/2.0/UDP a').append('To', '<sip:a@b>').append('Via', 'SIP/2.0/UDP b')
    expect([...headers.set(viaHeader, via('x'), via('y'))].map(([, value]) => value)).toEqual([
      'SIP/2.0/UDP x',
      'SIP/2.0/UDP y',
      '<sip:a@b>',
    ])
  })

  it('refuses what would not stay one line', () => {
    const headers = new HeaderList()
    expect(() => headers.append('X', 'a\r\nVia: evil')).toThrow(TypeError)
    expect(() => headers.append('X: Y', 'a')).toThrow(TypeError)
    expect(() => headers.setRaw('X', 'a\nb')).toThrow(TypeError)
    expect(headers.size).toBe(0)
  })

  it('clones without sharing', () => {
    const headers = new HeaderList().append('X', '1')
    headers.clone().append('Y', '2')
    expect(headers.size).toBe(1)
  })
})
