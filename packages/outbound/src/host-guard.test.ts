import { describe, expect, test } from 'vitest'
import { createHostGuard } from './host-guard.ts'

const names: Readonly<Record<string, readonly string[]>> = {
  'media.example.com': ['2606:4700::1', '8.8.8.8'],
  'inside.example.com': ['10.0.0.5'],
  'both.example.com': ['127.0.0.1', '9.9.9.9'],
}
const guard = createHostGuard({ allow: '192.168.7.0/24', lookUp: async (name) => names[name] ?? [] })
const outcomeOf = (host: string) =>
  guard.resolve(host).then(
    ({ address, port }) => `${address} ${port}`,
    (error: { rule?: string; code?: string }) => error.rule ?? error.code,
  )

describe('createHostGuard()', () => {
  test.each([
    ['8.8.8.8:4000', '8.8.8.8 4000'],
    ['[2606:4700::1]:4000', '2606:4700::1 4000'],
    ['media.example.com:4000', '8.8.8.8 4000'],
    ['both.example.com:4000', '9.9.9.9 4000'],
    ['192.168.7.1:4000', '192.168.7.1 4000'],
    ['192.168.8.1:4000', 'ADDRESS_REFUSED'],
    ['127.0.0.1:4000', 'ADDRESS_REFUSED'],
    ['0x7f.1:4000', 'ADDRESS_REFUSED'],
    ['2130706433:4000', 'ADDRESS_REFUSED'],
    ['[::ffff:127.0.0.1]:4000', 'ADDRESS_REFUSED'],
    ['[::1]:4000', 'ADDRESS_REFUSED'],
    ['169.254.169.254:4000', 'ADDRESS_REFUSED'],
    ['inside.example.com:4000', 'ADDRESS_REFUSED'],
    ['8.8.8.8:53', 'PORT_REFUSED'],
    ['8.8.8.8', 'HOST_INVALID'],
    ['8.8.8.8:4000/x', 'HOST_INVALID'],
    ['user@8.8.8.8:4000', 'HOST_INVALID'],
    ['8.8.8.8:99999', 'URL_INVALID'],
    ['', 'HOST_INVALID'],
    ['nowhere.example.com:4000', 'ENODATA'],
  ])('%s → %s', async (host, outcome) => {
    expect(await outcomeOf(host)).toBe(outcome)
  })

  test('says without DNS what can be said without it', () => {
    expect(() => guard.check('inside.example.com:4000')).not.toThrow()
    expect(() => guard.check('10.0.0.5:4000')).toThrow('not one of the public Internet')
  })
})
