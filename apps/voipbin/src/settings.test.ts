import { expect, test } from 'vitest'
import { allSettings, withPublicUrl } from './settings.ts'

test('allSettings() has each setting once, also where several services declare it', async () => {
  const names = (await allSettings()).map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(names).toContain('VOIPBIN_TELNYX_URL')
})

test.each([
  ['nothing is said', {}, undefined],
  ['the port is another', { VOIPBIN_HTTP_PORT: '9000' }, 'http://127.0.0.1:9000'],
  ['it listens on every address', { VOIPBIN_HTTP_HOST: '0.0.0.0' }, 'http://10.0.0.7:8080'],
  ['it listens on one', { VOIPBIN_HTTP_HOST: 'fd00::7', VOIPBIN_HTTP_PORT: '80' }, 'http://[fd00::7]:80'],
  ['the port is any', { VOIPBIN_HTTP_HOST: '0.0.0.0', VOIPBIN_HTTP_PORT: '0' }, undefined],
  ['the port is none', { VOIPBIN_HTTP_PORT: 'many' }, undefined],
  ['the port is beyond all', { VOIPBIN_HTTP_PORT: '70000' }, undefined],
  ['it is set', { VOIPBIN_HTTP_PORT: '9000', VOIPBIN_PUBLIC_URL: 'https://api.example.com' }, 'https://api.example.com'],
])('withPublicUrl() says where links lead when %s', (_, env, expected) => {
  expect(withPublicUrl(env, ['10.0.0.7', 'fd00::7'])['VOIPBIN_PUBLIC_URL']).toBe(expected)
})
