import { describe, expect, test } from 'vitest'
import { parseAllowList } from './allow-list.ts'

describe('parseAllowList()', () => {
  test('takes hosts with their port and subnets', () => {
    const list = parseAllowList(' Receiver.Local:8080, 127.0.0.1:9000 ,[::1]:9001,10.1.0.0/16, fd00::/8,')
    expect(list.hasHost('receiver.local', 8080)).toBe(true)
    expect(list.hasHost('receiver.local', 8081)).toBe(false)
    expect(list.hasHost('127.0.0.1', 9000)).toBe(true)
    expect(list.hasHost('::1', 9001)).toBe(true)
    expect(list.hasAddress('10.1.255.255')).toBe(true)
    expect(list.hasAddress('10.2.0.0')).toBe(false)
    expect(list.hasAddress('fd12::1')).toBe(true)
    expect(list.hasAddress('127.0.0.1')).toBe(false)
    expect(list.hasAddress('receiver.local')).toBe(false)
  })

  test('an IPv4 subnet does not vouch for the mapped form of its addresses', () => {
    expect(parseAllowList('127.0.0.0/8').hasAddress('::ffff:127.0.0.1')).toBe(false)
  })

  test('an empty list allows nothing', () => {
    expect(parseAllowList('').hasHost('127.0.0.1', 80)).toBe(false)
    expect(parseAllowList('').hasAddress('127.0.0.1')).toBe(false)
  })

  test.each([
    '10.0.0.0',
    'host',
    'host:0',
    'host:65536',
    'host:80:90',
    '::1:80',
    '10.0.0.0/33',
    '10.0.0.0/',
    'fd00::/129',
    '10.0.0.0/8/8',
    'http://a:80',
    'a b:80',
  ])('refuses "%s" by name', (entry) => {
    expect(() => parseAllowList(`127.0.0.1:1,${entry}`)).toThrow(`"${entry}"`)
  })
})
