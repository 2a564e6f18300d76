import { ServiceError } from '@voipbin/contracts/errors'
import { describe, expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function record(level: 'debug' | 'info' = 'debug') {
  const lines: Record<string, unknown>[] = []
  return {
    lines,
    log: createLogger(level, { service: 'x' }, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
  }
}

describe('createLogger()', () => {
  test('writes one JSON line with level, message and fields', () => {
    const { log, lines } = record()
    log.info('done', { call_id: '1' })
    log.warn('plain')
    expect(lines).toMatchObject([
      { level: 'info', service: 'x', message: 'done', call_id: '1' },
      { level: 'warn', message: 'plain' },
    ])
    expect(String(lines[0]?.['timestamp'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  test('hides secrets at any depth, in lists, errors and children, and leaves the value of the caller alone', () => {
    const { log, lines } = record()
    const fields = { token: 't1', body: { user: { password: 't2', name: 'n' }, keys: [{ api_key: 't3' }] } }
    const error = new ServiceError('INTERNAL', 'X', 'broken', { cause: Object.assign(new Error('inner'), { secret: 't4' }) })
    log.child({ cookie: 't5' }).error('x', { ...fields, error })
    expect(JSON.stringify(lines)).not.toMatch(/t[1-5]"/)
    expect(lines[0]).toMatchObject({
      token: '[hidden]',
      cookie: '[hidden]',
      body: { user: { password: '[hidden]', name: 'n' }, keys: [{ api_key: '[hidden]' }] },
    })
    expect(fields.body.user.password).toBe('t2')
  })

  test('a value that contains itself is cut, not followed for ever', () => {
    const { log, lines } = record()
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = loop
    log.info('x', { loop })
    expect(lines).toHaveLength(1)
  })

  test('an error shows name, reason, message and cause', () => {
    const { log, lines } = record()
    log.error('x', { error: new ServiceError('INTERNAL', 'WHY', 'what', { cause: new Error('because') }) })
    expect(lines[0]?.['error']).toMatchObject({ name: 'ServiceError', reason: 'WHY', message: 'what', cause: { message: 'because' } })
  })

  test('says nothing below its level', () => {
    const { log, lines } = record('info')
    log.debug('x', { a: 1 })
    expect(lines).toEqual([])
  })
})
