import { ServiceError } from '@voipbin/contracts/errors'
import { describe, expect, it } from 'vitest'
import { anEvent, aRequest } from '../test/envelopes.ts'
import { answer, decodeEvent, decodeReply, decodeRequest } from './wire.ts'

const without = (value: object, field: string) => JSON.stringify({ ...value, [field]: undefined })

describe('wire', () => {
  it('decodeRequest() takes a whole request and nothing less', () => {
    const request = aRequest('thing')
    expect(decodeRequest(JSON.stringify(request))).toStrictEqual(request)
    for (const field of Object.keys(request).filter((name) => name !== 'input'))
      expect(decodeRequest(without(request, field))).toBeUndefined()
    for (const text of ['', '{', 'null', '1', '"x"', '[]', '{}']) expect(decodeRequest(text)).toBeUndefined()
  })

  it('decodeEvent() takes a whole event and nothing less', () => {
    const event = anEvent('thing')
    expect(decodeEvent(JSON.stringify(event))).toStrictEqual(event)
    for (const field of Object.keys(event).filter((name) => name !== 'data')) expect(decodeEvent(without(event, field))).toBeUndefined()
    for (const text of ['', 'null', '[]', '{}']) expect(decodeEvent(text)).toBeUndefined()
  })

  it('decodeReply() takes outputs and whole errors', () => {
    expect(decodeReply('{"output":[1]}')).toStrictEqual({ output: [1] })
    expect(decodeReply('{}')).toStrictEqual({ output: null })
    const error = new ServiceError('NOT_FOUND', 'RESOURCE_NOT_FOUND', 'Cannot find it').toWire()
    expect(decodeReply(JSON.stringify({ error }))).toStrictEqual({ error })
    for (const text of ['', 'null', '{"error":null}', '{"error":{"status":"NOT_FOUND"}}']) expect(decodeReply(text)).toBeUndefined()
  })

  it('answer() makes an error reply of whatever a handler throws, also of an output that is no JSON', async () => {
    const errors: unknown[] = []
    const text = await answer(
      async () => ({ output: 1n }),
      aRequest('thing'),
      (error) => errors.push(error),
    )
    expect(JSON.parse(text)).toMatchObject({ error: { status: 'INTERNAL' } })
    expect(errors).toHaveLength(1)
    const refuse = async () => {
      throw new ServiceError('NOT_FOUND', 'RESOURCE_NOT_FOUND', 'Cannot find it')
    }
    expect(JSON.parse(await answer(refuse, aRequest('thing'), undefined))).toMatchObject({ error: { reason: 'RESOURCE_NOT_FOUND' } })
  })
})
