import { createMysqlDatabase, requireServer } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { acts, customer_id, startFlows, types } from './flow-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('flows on MySQL', () => {
  test('are kept, started and run on', async () => {
    const database = await createMysqlDatabase(server ?? '')
    const flows = await startFlows({ sqlUrl: database.url })
    try {
      const made = await flows.client.createFlow({
        customer_id,
        name: 'ivr',
        detail: '',
        actions: acts({ type: 'answer' }, { type: 'talk', option: { text: 'ä🙂' } }),
      })
      const step = await flows.begin([], { flow_id: made.id })
      expect(types(step)).toEqual(['answer', 'talk'])
      expect((await flows.over(step)).state).toBe('ended')
    } finally {
      await flows.close()
      await database.drop()
    }
  })
})
