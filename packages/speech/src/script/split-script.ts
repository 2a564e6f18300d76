import { type Pause, parseScript, type Script } from './script.ts'

/** A script in pieces that a vendor takes, of at most `limit` octets; pauses between them are ours to make. */
export function splitScript(script: Script, limit: number): (Script | Pause)[] {
  if (Buffer.byteLength(script.ssml) <= limit) return [script]
  return script.parts.flatMap((part): (Script | Pause)[] => ('pauseMs' in part ? [part] : cutText(part.text, limit).map(parseText)))
}

/** As text, whatever it looks like. */
const parseText = (text: string): Script => parseScript(text.replace(/^\s*</, ' less than '))

/** `<speak></speak>`, and signs that take more octets when they are escaped. */
const measure = (text: string): number => Buffer.byteLength(parseText(text).ssml)

/** After a sentence where there is one, else between words; a word that is longer than all is cut in it. */
export function cutText(text: string, limit: number): string[] {
  const pieces: string[] = []
  for (const sentence of text.match(/[^.!?。！？]+[.!?。！？]*\s*/gu) ?? [text])
    add(pieces, sentence, limit, (rest) => rest.match(/\S+\s*/gu) ?? [rest])
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

function add(pieces: string[], more: string, limit: number, smaller: (text: string) => readonly string[]): void {
  const last = pieces.at(-1)
  if (last !== undefined && measure(last + more) <= limit) pieces[pieces.length - 1] = last + more
  else if (measure(more) <= limit) pieces.push(more)
  else for (const part of smaller(more)) add(pieces, part, limit, halves)
}

function halves(text: string): readonly string[] {
  const signs = [...text]
  const middle = Math.ceil(signs.length / 2)
  return [signs.slice(0, middle).join(''), signs.slice(middle).join('')]
}
