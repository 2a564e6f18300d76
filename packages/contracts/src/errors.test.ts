import { describe, expect, test } from 'vitest'
import { invalidArgument, notFound, ServiceError, toServiceError } from './errors.ts'

describe('ServiceError', () => {
  test('crosses the bus with status, reason, message and details, and nothing else', () => {
    const error = new ServiceError('FAILED_PRECONDITION', 'QUEUE_FULL', 'Cannot join queue "support": 10 of 10 calls wait', {
      details: [{ waiting: 10 }],
      cause: new Error('a secret of the database'),
    })
    const copy = ServiceError.fromWire(JSON.parse(JSON.stringify(error.toWire())))
    expect(copy).toBeInstanceOf(ServiceError)
    expect(copy).toMatchObject({
      name: 'ServiceError',
      status: 'FAILED_PRECONDITION',
      reason: 'QUEUE_FULL',
      message: 'Cannot join queue "support": 10 of 10 calls wait',
      details: [{ waiting: 10 }],
    })
    expect(copy.cause).toBeUndefined()
    expect(JSON.stringify(error.toWire())).not.toContain('secret')
  })

  test('without details sends none, and has an empty list', () => {
    const wire = notFound('tag', '7').toWire()
    expect(wire).toEqual({ status: 'NOT_FOUND', reason: 'RESOURCE_NOT_FOUND', message: 'Cannot find tag "7"' })
    expect(ServiceError.fromWire(wire).details).toEqual([])
  })

  test('has a cause only where one was given', () => {
    expect('cause' in notFound('tag', '7')).toBe(false)
    const cause = new Error('first')
    expect(new ServiceError('INTERNAL', 'INTERNAL', 'Internal error', { cause }).cause).toBe(cause)
  })

  test('does not compile with a status outside the closed list', () => {
    // @ts-expect-error: no such status
    expect(new ServiceError('TEAPOT', 'SHORT_AND_STOUT', 'Cannot brew coffee').status).toBe('TEAPOT')
  })
})

describe('invalidArgument()', () => {
  test('is a 400 that a client can read', () => {
    const wire = invalidArgument('Cannot create tag: name is empty', [{ field: 'name' }]).toWire()
    expect(wire).toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', details: [{ field: 'name' }] })
  })
})

describe('toServiceError()', () => {
  test('lets a service error through as it is', () => {
    const error = notFound('tag', '7')
    expect(toServiceError(error)).toBe(error)
  })

  test.each([[new RangeError('password "hunter2" is too long')], ['hunter2'], [undefined], [null]])(
    'hides the text of anything else, and keeps it as the cause: %s',
    (thrown) => {
      const error = toServiceError(thrown)
      expect(error.toWire()).toEqual({ status: 'INTERNAL', reason: 'INTERNAL', message: 'Internal error' })
      expect(error.cause ?? undefined).toBe(thrown ?? undefined)
    },
  )
})
