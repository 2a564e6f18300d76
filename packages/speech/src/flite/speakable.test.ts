import { expect, test } from 'vitest'
import { speakable } from './speakable.ts'

test.each([
  ['Fish & chips @ 5%', ['Fish and chips at 5 percent']],
  ['Grüße, Ærø', ['Grusse, aero']],
  ['<b>a</b>', ['b a /b']],
  ['你好 🙂 ...', []],
  ['x'.repeat(70), [`${'x'.repeat(30)} ${'x'.repeat(30)} ${'x'.repeat(10)}`]],
])('speakable(%s)', (text, sentences) => {
  expect(speakable(text)).toEqual(sentences)
})

test('a long text is cut after sentences', () => {
  const cut = speakable('This is a sentence of some words. '.repeat(20))
  expect(cut.length).toBeGreaterThan(2)
  for (const sentence of cut) expect(sentence).toMatch(/\.$/)
})
