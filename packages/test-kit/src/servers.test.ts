import { afterEach, describe, expect, test, vi } from 'vitest'
import { requireChromium, requireServer } from './servers.ts'

describe('requireServer()', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  test('returns the URL that is set', () => {
    vi.stubEnv('VOIPBIN_TEST_SQL_URL', 'mysql://127.0.0.1:1/x')
    expect(requireServer('sql')).toBe('mysql://127.0.0.1:1/x')
  })

  test('skips, saying why, when none is set', () => {
    vi.stubEnv('VOIPBIN_TEST_BUS_URL', '')
    vi.stubEnv('VOIPBIN_TEST_SERVERS', '')
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(requireServer('bus')).toBeUndefined()
    expect(write).toHaveBeenCalledWith(expect.stringMatching(/^skipped, because VOIPBIN_TEST_BUS_URL is not set/))
  })

  test('fails when none is set but required', () => {
    vi.stubEnv('VOIPBIN_TEST_CACHE_URL', '')
    vi.stubEnv('VOIPBIN_TEST_SERVERS', 'required')
    expect(() => requireServer('cache')).toThrow('VOIPBIN_TEST_CACHE_URL is not set')
  })
})

describe('requireChromium()', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  test('returns where there is one', () => {
    vi.stubEnv('VOIPBIN_TEST_CHROMIUM', import.meta.filename)
    expect(requireChromium()).toBe(import.meta.filename)
  })

  test('skips, saying why, when there is none, and fails when it is required', () => {
    vi.stubEnv('VOIPBIN_TEST_CHROMIUM', '/nowhere/chromium')
    vi.stubEnv('VOIPBIN_TEST_SERVERS', '')
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(requireChromium()).toBeUndefined()
    expect(write).toHaveBeenCalledWith(expect.stringMatching(/^skipped, because there is no Chromium/))
    vi.stubEnv('VOIPBIN_TEST_SERVERS', 'required')
    expect(() => requireChromium()).toThrow('there is no Chromium')
  })
})
