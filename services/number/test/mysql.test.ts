import { number as numberEntity } from '@voipbin/contracts/number'
import { compareColumns } from '@voipbin/sql'
import { createMysqlDatabase, requireServer } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { customer_id, flow_id, startNumbers, VIRTUAL } from './number-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('numbers on MySQL', () => {
  test('are taken once of many who want one at once, found, changed and given back', async () => {
    const database = await createMysqlDatabase(server ?? '')
    const it = await startNumbers({ sqlUrl: database.url })
    try {
      expect(await compareColumns(it.database.engine, 'number_numbers', numberEntity)).toEqual([])
      const takes = [1, 2, 3].map(() => it.client.createNumber({ customer_id, number: VIRTUAL, call_flow_id: flow_id }))
      const outcomes = await Promise.allSettled(takes)
      expect(outcomes.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.reason)).sort()).toEqual([
        ...['NUMBER_TAKEN', 'NUMBER_TAKEN', 'done'],
      ])
      const { number } = await it.client.findNumber({ number: VIRTUAL })
      expect(number).toMatchObject({ customer_id, call_flow_id: flow_id })
      await it.deleteFlow(flow_id)
      await it.settle()
      expect((await it.client.findNumber({ number: VIRTUAL })).number?.call_flow_id).not.toBe(flow_id)
      await it.client.deleteNumber({ id: number?.id ?? '' })
      expect(await it.client.findNumber({ number: VIRTUAL })).toEqual({ number: null })
      expect(await it.client.createNumber({ customer_id, number: VIRTUAL })).toMatchObject({ number: VIRTUAL })
    } finally {
      await it.close()
      await database.drop()
    }
  })
})
