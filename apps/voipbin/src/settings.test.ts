import { expect, test } from 'vitest'
import { allSettings } from './settings.ts'

test('allSettings() has each setting once, also where several services declare it', async () => {
  const names = (await allSettings()).map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(names).toContain('VOIPBIN_TELNYX_URL')
})
