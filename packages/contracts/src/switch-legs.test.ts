import { expect, test } from 'vitest'
import { sipLeg } from './switch-legs.ts'

test('a leg avoids all carriers, however many a platform has', () => {
  const id = crypto.randomUUID()
  const from = { user: '1000', display_name: '', is_anonymous: false }
  const avoid = Array.from({ length: 1001 }, (_, index) => `sip${index}.carrier.example`)
  expect(sipLeg.parse({ id, customer_id: id, affinity: id, destination: 'sip:bob@b.example', from, avoid }).avoid).toHaveLength(1001)
})
