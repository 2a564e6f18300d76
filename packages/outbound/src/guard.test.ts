import { describe, expect, test } from 'vitest'
import { parseAllowList } from './allow-list.ts'
import { createGuard } from './guard.ts'

const guard = createGuard(parseAllowList('127.0.0.1:9000, receiver.local:25, 10.1.0.0/16'))
const ruleOf = (url: string, from?: string) => {
  try {
    guard.checkUrl(url, from === undefined ? undefined : new URL(from))
    return undefined
  } catch (error) {
    return (error as { rule: string }).rule
  }
}

describe('guard', () => {
  test.each([
    ['https://example.com/hook?x=1', undefined],
    ['http://example.com:8080/', undefined],
    ['http://127.0.0.1:9000/', undefined],
    ['http://receiver.local:25/', undefined],
    ['http://10.1.2.3:22/', undefined],
    ['http://8.8.8.8/', undefined],
    ['http://[2606:4700::1]/', undefined],
    ['', 'URL_INVALID'],
    ['example.com', 'URL_INVALID'],
    ['http://', 'URL_INVALID'],
    [`http://example.com/${'x'.repeat(2048)}`, 'URL_INVALID'],
    ['ftp://example.com/', 'SCHEME_REFUSED'],
    ['file:///etc/passwd', 'SCHEME_REFUSED'],
    ['gopher://example.com/', 'SCHEME_REFUSED'],
    ['http://user@example.com/', 'CREDENTIALS_REFUSED'],
    ['http://:secret@example.com/', 'CREDENTIALS_REFUSED'],
    ['http://127.0.0.1:9000@evil.example/', 'CREDENTIALS_REFUSED'],
    ['http://example.com:22/', 'PORT_REFUSED'],
    ['http://example.com:0/', 'PORT_REFUSED'],
    ['https://example.com:1023/', 'PORT_REFUSED'],
    ['http://127.0.0.1/', 'ADDRESS_REFUSED'],
    ['http://127.0.0.1:9001/', 'ADDRESS_REFUSED'],
    ['http://10.2.0.1/', 'ADDRESS_REFUSED'],
    // One address in every spelling that a URL parser knows.
    ['http://127.1/', 'ADDRESS_REFUSED'],
    ['http://0x7f.0.0.1/', 'ADDRESS_REFUSED'],
    ['http://0177.0.0.1/', 'ADDRESS_REFUSED'],
    ['http://2130706433/', 'ADDRESS_REFUSED'],
    ['http://①②⑦.⓪.⓪.①/', 'ADDRESS_REFUSED'],
    ['http://127.0.0.1./', 'ADDRESS_REFUSED'],
    ['http://0/', 'ADDRESS_REFUSED'],
    ['http://[::1]/', 'ADDRESS_REFUSED'],
    ['http://[::]/', 'ADDRESS_REFUSED'],
    ['http://[::ffff:127.0.0.1]/', 'ADDRESS_REFUSED'],
    ['http://[::ffff:7f00:1]/', 'ADDRESS_REFUSED'],
    ['http://[64:ff9b::7f00:1]/', 'ADDRESS_REFUSED'],
    ['http://169.254.169.254/latest/meta-data/', 'ADDRESS_REFUSED'],
  ])('%s: %s', (url, rule) => {
    expect(ruleOf(url)).toBe(rule)
  })

  test('a redirect is read relative to where it came from, and may not leave https', () => {
    expect(guard.checkUrl('/other', new URL('https://example.com/a')).url.href).toBe('https://example.com/other')
    expect(ruleOf('http://example.com/', 'https://example.com/')).toBe('DOWNGRADE_REFUSED')
    expect(ruleOf('//10.2.0.1/', 'https://example.com/')).toBe('ADDRESS_REFUSED')
    expect(ruleOf('https://example.com/', 'http://example.com/')).toBeUndefined()
  })

  test('what DNS answers is judged like what is written in the URL', () => {
    const target = guard.checkUrl('http://example.com/')
    expect(guard.admits(target, '93.184.216.34')).toBe(true)
    expect(guard.admits(target, '10.1.0.1')).toBe(true)
    expect(guard.admits(target, '10.2.0.1')).toBe(false)
    expect(guard.admits(target, '::ffff:93.184.216.34')).toBe(false)
    expect(guard.admits(target, '')).toBe(false)
    expect(guard.admits(guard.checkUrl('http://receiver.local:25/'), '192.168.1.1')).toBe(true)
    expect(guard.admits(guard.checkUrl('http://receiver.local:8025/'), '192.168.1.1')).toBe(false)
  })
})
