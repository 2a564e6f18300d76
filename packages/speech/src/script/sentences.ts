import type { Script } from './script.ts'
import { cutText } from './split-script.ts'

/** Shorter ones are said with what follows: a voice that begins anew at each word is none. */
const LEAST_LETTERS = 24
const LONGEST_OCTETS = 600

/** A text in the pieces that it can be said in, the first as soon as it is made. SSML stays whole: its marks may span sentences. */
export function sentences({ isSsml, ssml, text }: Script): string[] {
  if (isSsml) return [ssml]
  const pieces: string[] = []
  for (const sentence of text.match(/[^.!?。！？]+[.!?。！？]*\s*/gu) ?? [text]) {
    const last = pieces.at(-1)
    // "3.5" and "e.g." are no ends of sentences.
    if (last !== undefined && (last.trim().length < LEAST_LETTERS || !/[\s。！？]$/u.test(last)))
      pieces[pieces.length - 1] = last + sentence
    else pieces.push(sentence)
  }
  return pieces.flatMap((piece) => cutText(piece.trim(), LONGEST_OCTETS)).filter((piece) => piece !== '')
}
