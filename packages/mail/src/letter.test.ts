import { expect, test } from 'vitest'
import { writeLetter } from './index.ts'

test('writeLetter() says the same as text and as HTML, and lets no markup in', () => {
  const letter = writeLetter({ to: 'a@x.example', subject: 'Hi', paragraphs: ['Dear <b>"you" & me</b>', { link: 'http://x/?a=1&b="' }] })
  expect(letter.text).toBe('Dear <b>"you" & me</b>\n\nhttp://x/?a=1&b="\n')
  expect(letter.html).toContain('<p>Dear &lt;b&gt;&quot;you&quot; &amp; me&lt;/b&gt;</p>')
  expect(letter.html).toContain('<a href="http://x/?a=1&amp;b=&quot;">')
})
