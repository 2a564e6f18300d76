import { createMysqlDatabase, requireServer } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { customer, startCalls } from './call-system.ts'

const server = requireServer('sql')

test.skipIf(!server)('on MySQL, of many calls that a phone makes at the same time two are taken', async () => {
  const database = await createMysqlDatabase(server ?? '')
  const calls = await startCalls({ sqlUrl: database.url })
  try {
    const phone = { customer_id: customer.id, identified_by: 'digest', identity_id: crypto.randomUUID() }
    calls.state.extensions = { 1000: phone.identity_id }
    for (const round of ['first', 'second']) {
      const made = await Promise.all(Array.from({ length: 8 }, () => calls.offer(phone)))
      const taken = made.filter(({ decision }) => decision.decision === 'take')
      expect([round, taken.length]).toEqual([round, 2])
      for (const { id } of taken) await calls.ended(id)
    }
  } finally {
    await calls.close()
    await database.drop()
  }
})
