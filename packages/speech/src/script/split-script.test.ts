import { describe, expect, test } from 'vitest'
import { parseScript } from './script.ts'
import { splitScript } from './split-script.ts'

describe('splitScript()', () => {
  const words = (text: string, limit: number) =>
    splitScript(parseScript(text), limit).map((piece) => ('text' in piece ? piece.text : piece.pauseMs))

  test('what fits stays whole', () => {
    expect(splitScript(parseScript('<speak>Hi</speak>'), 100)).toEqual([parseScript('<speak>Hi</speak>')])
  })

  test('what does not is cut after sentences, then words, then anywhere', () => {
    expect(words('One two. Three four. Five.', 40)).toEqual(['One two. Three four.', 'Five.'])
    expect(words('one two three four five six seven', 30)).toEqual(['one two three', 'four five six', 'seven'])
    expect(words('x'.repeat(40), 35)).toEqual(['x'.repeat(20), 'x'.repeat(20)])
  })

  test('pauses stay between the pieces', () => {
    expect(words('<speak>One two three.<break time="1s"/>Four five six.</speak>', 50)).toEqual(['One two three.', 1000, 'Four five six.'])
  })

  test('no piece is over the limit, in octets and escaped, and no word is lost', () => {
    const text = 'Größe & Übermaß <ist> schön. '.repeat(50)
    const pieces = splitScript(parseScript(text), 200).flatMap((piece) => ('ssml' in piece ? [piece] : []))
    for (const piece of pieces) expect(Buffer.byteLength(piece.ssml)).toBeLessThanOrEqual(200)
    expect(pieces.map(({ text: said }) => said).join(' ')).toBe(text.trim())
  })
})
