import { describe, expect, test } from 'vitest'
import { seal, unseal } from './sealed-reply.ts'

describe('seal()', () => {
  test('is undone under the same operation id only', () => {
    const text = '{"token":"vb_hunter2 ü"}'
    const sealed = seal('op-1', text)
    expect(sealed).not.toContain('hunter2')
    expect(unseal('op-1', sealed)).toBe(text)
    expect(() => unseal('op-2', sealed)).toThrow()
  })

  test('looks different each time, and shows when it was changed', () => {
    const [one, two] = [seal('op-1', 'x'), seal('op-1', 'x')]
    expect(one).not.toBe(two)
    const bytes = Buffer.from(one, 'base64')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    expect(() => unseal('op-1', bytes.toString('base64'))).toThrow()
  })
})
