import { describe, expect, it } from 'vitest'
import { offeredOf } from '../src/sip/offered.ts'
import { aRequest } from './door-harness.ts'

const id = '11111111-1111-4111-8111-111111111111'
const where = { node_id: 'n', epoch: id, id, source: '192.0.2.9:5060', transport: 'UDP' } as const

function offered(fields: Parameters<typeof aRequest>[1], identified_by: 'digest' | 'trunk_digest' | 'trunk_ip' | 'none' = 'none') {
  return offeredOf(aRequest('INVITE', fields), { customer_id: id, identity_id: id, identified_by }, where)
}

describe('offeredOf()', () => {
  const headers = 'P-Asserted-Identity: "Ann" <sip:+15551234@carrier.example>\nDiversion: <sip:+15550000@carrier.example>;reason=busy'
  it.each([
    ['trunk_ip', '+15551234', '+15550000'],
    ['trunk_digest', '+15551234', '+15550000'],
    ['digest', '', ''],
    ['none', '', ''],
  ] as const)('believes a request by %s of identity "%s" and diversion "%s"', (identified_by, asserted_identity, diversion) => {
    expect(offered({ headers }, identified_by)).toMatchObject({ asserted_identity, diversion, is_anonymous: false })
  })

  it.each([
    [{ headers: 'Privacy: id' }, true],
    [{ headers: 'Privacy: header;user' }, true],
    [{ headers: 'Privacy: none' }, false],
    [{ from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }, true],
    [{ from: '<sip:Anonymous@carrier.example>;tag=1' }, true],
    [{ from: '"Ann" <tel:+15551234>;tag=1' }, false],
  ])('knows from %j whether the caller is withheld', (fields, expected) => {
    expect(offered(fields).is_anonymous).toBe(expected)
  })

  it('reads the number of a tel URI, and the headers that are the customer’s', () => {
    const told = offered({ from: '"Ann" <tel:+1-555-1234>;tag=1', headers: 'X-Order: 4711\nP-Other: no' })
    expect([told.from_user, told.from_name, told.headers]).toEqual(['+15551234', 'Ann', [{ name: 'X-Order', value: '4711' }]])
  })
})
