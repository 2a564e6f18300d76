import { expect, test } from 'vitest'
import { parseScript } from './script.ts'
import { sentences } from './sentences.ts'

test.each([
  ['Hello.', ['Hello.']],
  ['Welcome to our company, Bob. How may I help you today? Well.', ['Welcome to our company, Bob.', 'How may I help you today?', 'Well.']],
  ['Hi. It costs 3.50 dollars, taxes included. Shall I?', ['Hi. It costs 3.50 dollars, taxes included.', 'Shall I?']],
  ['<speak>One. <break time="1s"/> Two.</speak>', ['<speak>One. <break time="1s"/> Two.</speak>']],
  [
    '欢迎致电我们的公司，今天我们非常高兴能够为您提供帮助。请问您需要什么？',
    ['欢迎致电我们的公司，今天我们非常高兴能够为您提供帮助。', '请问您需要什么？'],
  ],
  ['', []],
])('%s', (text, expected) => {
  expect(sentences(parseScript(text))).toEqual(expected)
})

test('a sentence without an end is cut', () => {
  const pieces = sentences(parseScript('word '.repeat(500)))
  expect(pieces.length).toBeGreaterThan(3)
  expect(pieces.join(' ')).toBe('word '.repeat(500).trim())
})
