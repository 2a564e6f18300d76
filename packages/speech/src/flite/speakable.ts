/** Words longer than this are no words: the engine takes time that grows with their square, and more. */
const LONGEST_WORD = 30
const LONGEST_SENTENCE = 300

const signs: Readonly<Record<string, string>> = {
  '&': ' and ',
  '@': ' at ',
  '%': ' percent ',
  '+': ' plus ',
  '=': ' equals ',
  '#': ' number ',
}
const letters: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', ø: 'o', œ: 'oe', ð: 'd', þ: 'th', ł: 'l', đ: 'd', '’': "'", '‘': "'" }

/**
 * Sentences as the engine can say them: letters without their marks, no signs that it reads for markup or stumbles over, nothing that it
 * would take minutes for. Empty where nothing is left.
 */
export function speakable(text: string): string[] {
  const plain = text
    .toWellFormed()
    .replace(/[ßæøœðþłđ’‘]/gi, (letter) => letters[letter.toLowerCase()] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[&@%+=#]/g, (sign) => signs[sign] ?? ' ')
    .replace(/[^A-Za-z0-9 .,;:!?'$/-]+/g, ' ')
    .replace(/([.,;:!?'$/-])\1+/g, '$1')
    .replace(new RegExp(`[A-Za-z0-9'$/.,:;!?-]{${LONGEST_WORD}}(?=\\S)`, 'g'), '$& ')
    .replace(/\s+/g, ' ')
    .trim()
  return sentences(plain).filter((sentence) => /[A-Za-z0-9]/.test(sentence))
}

/** Cut after a sentence, else after a comma, else between words. */
function sentences(text: string): string[] {
  const found: string[] = []
  let sentence = ''
  for (const word of text.split(' ')) {
    sentence = sentence === '' ? word : `${sentence} ${word}`
    const isLong = sentence.length > LONGEST_SENTENCE / 2
    const isFull = sentence.length > LONGEST_SENTENCE
    if (isFull || (isLong && /[.!?,;:]$/.test(word))) {
      found.push(sentence)
      sentence = ''
    }
  }
  return sentence === '' ? found : [...found, sentence]
}
