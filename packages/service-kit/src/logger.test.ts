import { ServiceError } from '@voipbin/contracts/errors'
import { describe, expect, test } from 'vitest'
import { createLogger, type LogLevel } from './logger.ts'

function logged(level: LogLevel = 'debug') {
  const lines: string[] = []
  return { lines, log: createLogger(level, { service: 'bin-tag-manager' }, { write: (line) => void lines.push(line) }) }
}
const last = (lines: readonly string[]) => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>

describe('createLogger()', () => {
  test('writes one JSON line a call, with the fields of its parents', () => {
    const { lines, log } = logged()
    log
      .child({ service: 'other', instance: 'i' })
      .child({ service: 'bin-tag-manager', call_id: 'c' })
      .info('call "answered"\nat last', { duration_ms: 3 })
    expect(lines[0]?.match(/"service"/g)).toHaveLength(1)
    expect(lines[0]?.endsWith('}\n')).toBe(true)
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1)
    expect(last(lines)).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: 'info',
      service: 'bin-tag-manager',
      instance: 'i',
      call_id: 'c',
      message: 'call "answered"\nat last',
      duration_ms: 3,
    })
  })

  test.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const)('at "%s" writes %i of four lines', (level, count) => {
    const { lines, log } = logged(level)
    for (const write of [log.debug, log.info, log.warn, log.child({}).error]) write('x')
    expect(lines).toHaveLength(count)
  })

  test('hides secrets, wherever they stand', () => {
    const { lines, log } = logged()
    const secret = 'hunter2'
    log.child({ token: secret }).info('x', {
      password: secret,
      Authorization: secret,
      deep: { deeper: { deepest: { sip_password: secret, list: [{ api_key: secret }, { clientSecret: secret }] } } },
      headers: { 'set-cookie': [secret], 'x-api-key': secret },
      row: { token_hash: secret, token_prefix: 'vb_1', accesskey_id: 'a', accesskey: { secret } },
      error: new Error('outer', { cause: new ServiceError('INTERNAL', 'R', 'inner', { cause: { private_key: secret } }) }),
    })
    expect(lines[0]).not.toContain(secret)
    expect(last(lines)).toMatchObject({
      token: '[hidden]',
      row: { token_prefix: 'vb_1', accesskey_id: 'a' },
      headers: { 'set-cookie': '[hidden]' },
    })
  })

  test('shows an error with its causes, and nothing else that hangs on it', () => {
    const { lines, log } = logged()
    const inner = Object.assign(new TypeError('inner'), { response: { body: 'long' } })
    log.error('x', { error: new ServiceError('UNAVAILABLE', 'GONE', 'outer', { cause: inner }) })
    expect(last(lines)['error']).toMatchObject({
      ...{ name: 'ServiceError', message: 'outer', reason: 'GONE', stack: expect.stringContaining('outer') },
      cause: { name: 'TypeError', message: 'inner', stack: expect.stringContaining('inner') },
    })
    expect(lines[0]).not.toContain('long')
  })

  test('survives what is no JSON', () => {
    const { lines, log } = logged()
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    log.info('x', { circle })
    expect(last(lines)).toMatchObject({ message: 'x', unreadable_fields: expect.stringContaining('circular') })
    log.info('y', { count: 5n, nothing: undefined, action: () => undefined })
    expect(last(lines)).toMatchObject({ message: 'y', count: '5' })
  })
})
