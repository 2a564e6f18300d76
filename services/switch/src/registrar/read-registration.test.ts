import type { Flow } from '@voipbin/sip'
import { describe, expect, it } from 'vitest'
import { aRequest } from '../../test/door-harness.ts'
import { readRegistration } from './read-registration.ts'

const limits = { minExpiresSeconds: 60, maxExpiresSeconds: 3_600, natExpiresSeconds: 120 }
const flow = (protocol: Flow['protocol'] = 'UDP'): Flow => ({
  ...{ protocol, listener: 'lan', connection: 0 },
  ...{ local: { host: '192.0.2.1', port: 5060 }, remote: { host: '192.0.2.7', port: 5062 } },
})
const read = (headers: string, protocol?: Flow['protocol']) => readRegistration(aRequest('REGISTER', { headers }), flow(protocol), limits)
const refused = (status: number, rule: string) => ({ kind: 'refused', status, rule })

describe('readRegistration()', () => {
  it('takes the time from the contact, else from Expires, else an hour, and never more than may be', () => {
    const headers = [
      'Contact: <sip:a@192.0.2.7:5062>;expires=600;q=0.5, <sip:b@192.0.2.7:5062>',
      'Contact: <sip:c@192.0.2.7:5062>;expires=0, <sip:d@192.0.2.7:5062>;expires=86400',
      'Expires: 300',
    ]
    const isBehindNat = false
    expect(read(headers.join('\n'))).toEqual({
      kind: 'update',
      save: [
        { contact: 'sip:a@192.0.2.7:5062', expiresSeconds: 600, q: 500, isBehindNat },
        { contact: 'sip:b@192.0.2.7:5062', expiresSeconds: 300, q: 1_000, isBehindNat },
        { contact: 'sip:d@192.0.2.7:5062', expiresSeconds: 3_600, q: 1_000, isBehindNat },
      ],
      remove: ['sip:c@192.0.2.7:5062'],
    })
    expect(read('Contact: <sip:a@192.0.2.7:5062>')).toMatchObject({ save: [{ expiresSeconds: 3_600 }] })
  })

  it.each([
    ['sip:a@10.0.0.7:5062', 'UDP', 120],
    ['sip:a@192.0.2.7:5060', 'UDP', 120],
    ['sip:a@192.0.2.7', 'UDP', 120],
    ['sip:a@phone.invalid', 'UDP', 120],
    ['sip:a@192.0.2.7:5062', 'UDP', 3_600],
    ['sip:a@10.0.0.7:5062;transport=tcp', 'TCP', 3_600],
  ] as const)('keeps %s over %s for %d s', (contact, protocol, expiresSeconds) => {
    expect(read(`Contact: <${contact}>`, protocol)).toMatchObject({
      save: [{ contact, expiresSeconds, isBehindNat: expiresSeconds === 120 }],
    })
  })

  it('reads * with Expires 0 alone, and no contact as a question', () => {
    expect(read('Contact: *\nExpires: 0')).toEqual({ kind: 'remove all' })
    expect(read('Expires: 0')).toEqual({ kind: 'fetch' })
    for (const headers of ['Contact: *', 'Contact: *\nExpires: 60', 'Contact: *\nContact: <sip:a@b>\nExpires: 0']) {
      expect(read(headers)).toEqual(refused(400, 'bad_registration'))
    }
  })

  it('refuses what is too brief, too many, or no SIP', () => {
    expect(read('Contact: <sip:a@192.0.2.7:5062>;expires=59')).toEqual(refused(423, 'interval_too_brief'))
    expect(read('Contact: <tel:+15551234>')).toEqual(refused(400, 'bad_registration'))
    expect(read(`Contact: ${Array.from({ length: 17 }, (_, at) => `<sip:a${at}@b>`).join(', ')}`)).toEqual(
      refused(403, 'too_many_contacts'),
    )
    expect(read(`Contact: <sip:${'a'.repeat(1_030)}@b>`)).toEqual(refused(400, 'bad_registration'))
  })
})
