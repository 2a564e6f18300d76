import { BACKSLASH, isIn, QUOTE, SPACE, TAB, TOKEN } from './characters.ts'

/** A place in one unfolded header value. Every reader moves past what it accepts; none throws, none looks past the end. */
export class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** The code of the next character; NaN at the end, which equals nothing. */
  peek(): number {
    return this.text.charCodeAt(this.at)
  }

  isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  skipSpaces(): void {
    for (let code = this.peek(); code === SPACE || code === TAB; code = this.peek()) this.at++
  }

  /** Takes a separator and the linear white space around it (SEMI, COMMA, EQUAL, SLASH… of RFC 3261 §25.1). */
  takeSeparator(code: number): boolean {
    const start = this.at
    this.skipSpaces()
    if (this.peek() !== code) {
      this.at = start
      return false
    }
    this.at++
    this.skipSpaces()
    return true
  }

  /** The longest run of characters of a class; empty when there is none. */
  run(characterClass: number): string {
    const start = this.at
    let end = start
    while (isIn(this.text.charCodeAt(end), characterClass)) end++
    this.at = end
    return start === end ? '' : this.text.slice(start, end)
  }

  token(): string {
    return this.run(TOKEN)
  }

  /** A quoted string as written, quotes included; undefined when it does not begin or does not end here. */
  quoted(): string | undefined {
    if (this.peek() !== QUOTE) return undefined
    for (let end = this.at + 1; end < this.text.length; end++) {
      const code = this.text.charCodeAt(end)
      if (code === BACKSLASH) end++
      else if (code === QUOTE) {
        const start = this.at
        this.at = end + 1
        return this.text.slice(start, this.at)
      } else if (code < SPACE && code !== TAB) return undefined
    }
    return undefined
  }
}

/** The meaning of a quoted string; other text is returned as it is. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE) return text
  const inner = text.slice(1, -1)
  return inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner
}

/** Text as a quoted string. Line breaks cannot be written in one and become spaces. */
export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`
}
