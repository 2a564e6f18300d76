import { expect, test } from 'vitest'
import { parseOutboundRegistrations } from './outbound-registrations.ts'

test('parseOutboundRegistrations() reads carriers, and shows no password where it cannot', () => {
  expect(parseOutboundRegistrations('')).toEqual([])
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
  expect(parseOutboundRegistrations('sip:bob:s%40fe@carrier.example:5070;transport=tcp;expires=120, sip:al:pw@192.0.2.1')).toEqual([
    {
      ...{ id, registrar: 'sip:carrier.example:5070;transport=tcp', aor: 'sip:bob@carrier.example' },
      ...{ username: 'bob', password: 's@fe', expires_s: 120 },
    },
    { id, registrar: 'sip:192.0.2.1', aor: 'sip:al@192.0.2.1', username: 'al', password: 'pw', expires_s: 600 },
  ])
  for (const text of ['sip:bob@carrier.example', 'bob:secret@carrier', 'sip:bob:secret@c;expires=0']) {
    expect(() => parseOutboundRegistrations(text)).toThrow(/^VOIPBIN_OUTBOUND_REGISTRATIONS, entry 1: must be "sip:user:password@/)
  }
})
