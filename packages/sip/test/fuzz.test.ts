import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

it('5 000 mutants of the RFC 4475 messages: no throw, no hang, no growth', () => {
  const report = fuzz(5_000)
  expect(report.messages).toBeGreaterThan(400)
  expect(report.malformed).toBeGreaterThan(1_000)
  expect(report.answered).toBeGreaterThan(500)
})
