import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signatureHeaders } from './signature.ts'

const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' }
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('signatureHeaders()', () => {
  test('gives the signature of the Standard Webhooks test vector', () => {
    expect(signatureHeaders(signed, [secret])).toMatchObject({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('gives our own over the body alone, with the secret as it is written', () => {
    const expected = createHmac('sha256', secret).update(signed.body).digest('hex')
    const { 'X-VoIPBIN-Signature': own } = signatureHeaders(signed, [secret])
    expect(own).toBe(`sha256=${expected}`)
    expect(signatureHeaders({ ...signed, timestamp: 1 }, [secret])['X-VoIPBIN-Signature']).toBe(own)
  })

  test('takes a secret without prefix as its octets', () => {
    const expected = createHmac('sha256', 'plain').update('m.5.{}').digest('base64')
    expect(signatureHeaders({ id: 'm', timestamp: 5, body: '{}' }, ['plain'])['webhook-signature']).toBe(`v1,${expected}`)
  })

  test('signs with both secrets while one is being exchanged, the valid one first', () => {
    const [now, before] = [signatureHeaders(signed, ['new']), signatureHeaders(signed, ['old'])]
    expect(signatureHeaders(signed, ['new', 'old'])).toEqual({
      ...now,
      'webhook-signature': `${now['webhook-signature']} ${before['webhook-signature']}`,
      'X-VoIPBIN-Signature-Previous': before['X-VoIPBIN-Signature'],
    })
  })

  test('signs octets, not characters', () => {
    const body = '{"name":"Zoë ☎"}'
    const expected = createHmac('sha256', 's').update(Buffer.from(body, 'utf8')).digest('hex')
    expect(signatureHeaders({ ...signed, body }, ['s'])['X-VoIPBIN-Signature']).toBe(`sha256=${expected}`)
  })

  test('without a secret there is no signature', () => {
    expect(Object.keys(signatureHeaders(signed, []))).toEqual(['webhook-id', 'webhook-timestamp'])
  })
})
