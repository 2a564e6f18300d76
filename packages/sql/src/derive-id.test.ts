import { id } from '@voipbin/contracts/fields'
import { expect, test } from 'vitest'
import { deriveId, digest } from './derive-id.ts'

test('deriveId() is a UUID of version 8, the same for the same parts, another for any other', () => {
  const derived = deriveId('op', 'tag', 'createTag', 0)
  expect(derived).toBe(deriveId('op', 'tag', 'createTag', 0))
  expect(derived).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(id().parse(derived)).toBe(derived)
  const others = [
    deriveId('op', 'tag', 'createTag', 1),
    deriveId('op', 'tag', 'createTag', '0'),
    deriveId('op', 'tagcreateTag', '', 0),
    deriveId('op', 'tag'),
  ]
  expect(new Set([derived, ...others]).size).toBe(5)
})

test('digest() is SHA-256 in 43 characters', () => {
  expect(digest('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU')
})
