import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig, refuseUnknown, SettingError } from './load-config.ts'
import { choiceSetting, flagOf, integerSetting, numberSetting, platformSettings, textSetting } from './settings.ts'

const settings = {
  host: textSetting('VOIPBIN_HTTP_HOST', '127.0.0.1', { about: 'Host' }),
  port: integerSetting('VOIPBIN_HTTP_PORT', 8080, { about: 'Port' }, { min: 0, max: 65535 }),
  share: numberSetting('VOIPBIN_SHARE', 0.5, { about: 'Share' }, { min: 0, max: 1 }),
  mode: choiceSetting('VOIPBIN_MODE', ['fast', 'slow'], 'fast', { about: 'Mode' }),
  key: textSetting('VOIPBIN_VENDOR_KEY', '', { about: 'Key' }, z.string().regex(/^(sk-.*)?$/, 'must begin with "sk-"')),
  url: textSetting('VOIPBIN_VENDOR_URL', '', { about: 'URL' }, z.string().regex(/^(https:.*)?$/, 'must begin with "https:"')),
}
const known = Object.values(settings)

describe('loadConfig()', () => {
  test('reads text, numbers and choices, and takes defaults for what is not set or empty', () => {
    expect(loadConfig(settings, {})).toEqual({ host: '127.0.0.1', port: 8080, share: 0.5, mode: 'fast', key: '', url: '' })
    const env = { VOIPBIN_HTTP_PORT: '0', VOIPBIN_SHARE: '0.25', VOIPBIN_MODE: 'slow', VOIPBIN_VENDOR_KEY: 'sk-1', VOIPBIN_HTTP_HOST: '' }
    expect(loadConfig(settings, env)).toEqual({ host: '127.0.0.1', port: 0, share: 0.25, mode: 'slow', key: 'sk-1', url: '' })
  })

  test.each([
    ['VOIPBIN_HTTP_PORT', 'eighty'],
    ['VOIPBIN_HTTP_PORT', '65536'],
    ['VOIPBIN_HTTP_PORT', '80.5'],
    ['VOIPBIN_HTTP_PORT', ' '],
    ['VOIPBIN_HTTP_PORT', '0x50'],
    ['VOIPBIN_SHARE', '2'],
    ['VOIPBIN_SHARE', 'Infinity'],
    ['VOIPBIN_MODE', 'FAST'],
  ])('refuses %s="%s", naming setting, flag and value', (name, value) => {
    const flag = flagOf({ ...settings.port, name })
    expect(() => loadConfig(settings, { [name]: value })).toThrow(SettingError)
    expect(() => loadConfig(settings, { [name]: value })).toThrow(`Cannot read setting "${name}" (${flag}): "${value}" is refused: `)
  })

  test.each(['VOIPBIN_VENDOR_KEY', 'VOIPBIN_VENDOR_URL'])('does not show the value of %s', (name) => {
    try {
      loadConfig(settings, { [name]: 'hunter2' })
      expect.unreachable()
    } catch (error) {
      expect((error as Error).message).toMatch(new RegExp(`"${name}".*its value is refused: must begin`))
      expect((error as Error).message).not.toContain('hunter2')
    }
  })

  test('takes the address of a Kubernetes service for no setting, though it stands under its name', () => {
    expect(loadConfig(settings, { VOIPBIN_HTTP_PORT: 'tcp://10.0.0.7:80' }).port).toBe(8080)
    expect(loadConfig(platformSettings, { VOIPBIN_ADMIN_PORT: 'udp://10.0.0.7:80' }).adminPort).toBe(0)
  })
})

describe('refuseUnknown()', () => {
  const refused = (env: Record<string, string>) => () => refuseUnknown(env, known)

  test('names the setting and the known one nearest to it', () => {
    expect(refused({ VOIPBIN_HTP_PORT: '80' })).toThrow(
      new SettingError('Unknown setting "VOIPBIN_HTP_PORT": did you mean "VOIPBIN_HTTP_PORT"?'),
    )
    expect(refused({ VOIPBIN_SOMETHING_ELSE: '80' })).toThrow(new SettingError('Unknown setting "VOIPBIN_SOMETHING_ELSE"'))
    expect(refused({ VOIPBIN_VENDOR_KEYS: 'hunter2' })).not.toThrow('hunter2')
  })

  test('lets pass what is known, of others, or for tests', () => {
    refuseUnknown({ VOIPBIN_HTTP_PORT: '80', PATH: '/bin', VOIPBIN_TEST_SQL_URL: 'x', HOME: '/' }, known)
  })

  test('lets pass what Kubernetes sets for services named voipbin-…', () => {
    const env = {
      VOIPBIN_GATEWAY_SERVICE_HOST: '10.0.0.7',
      VOIPBIN_GATEWAY_SERVICE_PORT: '80',
      VOIPBIN_GATEWAY_SERVICE_PORT_HTTP: '80',
      VOIPBIN_GATEWAY_PORT: 'tcp://10.0.0.7:80',
      VOIPBIN_GATEWAY_PORT_80_TCP: 'tcp://10.0.0.7:80',
      VOIPBIN_GATEWAY_PORT_80_TCP_PROTO: 'tcp',
      VOIPBIN_GATEWAY_PORT_80_TCP_PORT: '80',
      VOIPBIN_GATEWAY_PORT_80_TCP_ADDR: '10.0.0.7',
      VOIPBIN_SIP_PORT_5060_UDP: 'udp://10.0.0.7:5060',
    }
    refuseUnknown(env, known)
    expect(refused({ ...env, VOIPBIN_GATEWAY_PORT: '80' })).toThrow('VOIPBIN_GATEWAY_PORT')
  })
})
