import { expect, test } from 'vitest'
import { textFrame } from './text-frame.ts'

test.each([
  [0, '8100'],
  [125, '817d'],
  [126, '817e007e'],
  [65_535, '817effff'],
  [65_536, '817f0000000000010000'],
])('textFrame() announces %i octets as RFC 6455 §5.2 says, and carries them', (octets, head) => {
  const text = 'é'.repeat(Math.floor(octets / 2)) + 'x'.repeat(octets % 2)
  const frame = textFrame(text)
  expect(frame.subarray(0, head.length / 2).toString('hex')).toBe(head)
  expect(frame.subarray(head.length / 2).toString()).toBe(text)
})
