import { describe, expect, test } from 'vitest'
import { parseScript } from './script.ts'

describe('parseScript()', () => {
  test('plain text is escaped for those who want SSML, and stands as it is for all others', () => {
    const script = parseScript(' Fish & chips\n < 5 ')
    expect(script).toEqual({
      ssml: '<speak>Fish &amp; chips &lt; 5</speak>',
      isSsml: false,
      parts: [{ text: 'Fish & chips < 5', rate: 1 }],
      text: 'Fish & chips < 5',
    })
  })

  test('SSML keeps its spelling, and comes apart into words, pauses and speed', () => {
    const script = parseScript(
      '<?xml version="1.0"?><speak>Hi &amp; <break time="1.5s"/><prosody rate="slow">you <sub alias="World Wide Web">WWW</sub></prosody> <say-as interpret-as="characters">AB1</say-as></speak>',
    )
    expect(script.isSsml).toBe(true)
    expect(script.ssml).toMatch(/^<speak>Hi &amp; <break/)
    expect(script.parts).toEqual([
      { text: 'Hi &', rate: 1 },
      { pauseMs: 1500 },
      { text: 'you World Wide Web', rate: 0.75 },
      { text: 'A B 1', rate: 1 },
    ])
  })

  test('a fragment gets what it lacks', () => {
    expect(parseScript('<p>Hello</p>').ssml).toBe('<speak><p>Hello</p></speak>')
  })

  test.each([
    '<speak>Hello',
    '<speak>a & b</speak>',
    '<speak><b></speak></b>',
    '<!DOCTYPE x [<!ENTITY y "z">]><speak>&y;</speak>',
    '<html>x</html>',
    '< 5',
  ])('what is not well-formed, or no speech, is text: %s', (text) => {
    expect(parseScript(text)).toMatchObject({ isSsml: false, text })
  })

  test('a comment is not said', () => {
    expect(parseScript('<speak>a<!-- not this --> b</speak>').text).toBe('a b')
  })

  test('elements within one another to no end are text', () => {
    expect(parseScript('<p>'.repeat(60) + '</p>'.repeat(60)).isSsml).toBe(false)
  })
})
