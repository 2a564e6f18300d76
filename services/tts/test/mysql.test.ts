import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMysqlDatabase, requireServer } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { customer_id, startSpeakings } from './speaking-system.ts'

const url = requireServer('sql')

describe.skipIf(!url)('tts on MySQL', () => {
  test('a speaking is alone in its call, says its texts in order, and leaves its call free', async () => {
    const database = await createMysqlDatabase(url ?? '')
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-tts-'))
    const s = await startSpeakings(dataDir, database.url)
    try {
      const reference = { customer_id, reference_type: 'call' as const, reference_id: s.call() }
      const both = await Promise.allSettled([s.client.createSpeaking(reference), s.client.createSpeaking(reference)])
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const [{ id } = { id: '' }] = (await s.client.listSpeakings({ customer_id })).result
      await Promise.all(['One.', 'Two.', 'Three.'].map((text) => s.client.saySpeaking({ id, text })))
      await s.finish()
      expect(s.told().filter((told) => told === 'feed').length).toBeGreaterThanOrEqual(3)
      await s.client.flushSpeaking({ id })
      await s.client.stopSpeaking({ id })
      await s.finish()
      expect(await s.client.createSpeaking(reference)).toMatchObject({ status: 'initiating' })
      await s.finish()
    } finally {
      await s.close()
      rmSync(dataDir, { recursive: true, force: true })
      await database.drop()
    }
  })
})
