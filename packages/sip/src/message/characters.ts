/** Character classes of RFC 3261 §25.1, one bit each. Characters above 127 belong to none: callers that allow UTF-8 say so. */
export const TOKEN = 1
/** What may stand unquoted as a parameter value: token, host, and what phones put there besides. */
export const VALUE = 2
/** unreserved: equal to its own escape (§19.1.4). */
export const UNRESERVED = 4
/** user part, without escapes; `#` is not in the grammar, but phones dial it. */
export const USER = 8
/** uri-parameter names and values, without escapes. */
export const URI_PARAM = 16
/** Header names and values inside a URI, without escapes. */
export const URI_HEADER = 32
/** Host names and IPv4; `_` is not in the grammar, but networks use it. */
export const HOST = 64
export const HEX = 128
/** call-id words, with `@`. */
export const WORD = 256

const ALPHANUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const MARK = "-_.!~*'()"

const classes = new Uint16Array(128)

function allow(bit: number, characters: string): void {
  for (const character of characters) {
    const code = character.charCodeAt(0)
    classes[code] = (classes[code] ?? 0) | bit
  }
}

allow(TOKEN, `${ALPHANUM}-.!%*_+\`'~`)
allow(VALUE, `${ALPHANUM}-.!%*_+\`'~[]:/@$&=?#|{}^()`)
allow(UNRESERVED, `${ALPHANUM}${MARK}`)
allow(USER, `${ALPHANUM}${MARK}&=+$,;?/#`)
allow(URI_PARAM, `${ALPHANUM}${MARK}[]/:&+$`)
allow(URI_HEADER, `${ALPHANUM}${MARK}[]/?:+$`)
allow(HOST, `${ALPHANUM}-._`)
allow(HEX, '0123456789ABCDEFabcdef')
allow(WORD, `${ALPHANUM}-.!%*_+\`'~()<>:\\"/[]?{}@`)

/** Whether the character code belongs to the class. */
export function isIn(code: number, characterClass: number): boolean {
  return code < 128 && ((classes[code] ?? 0) & characterClass) !== 0
}

/** Whether every character of a non-empty text belongs to the class. */
export function allIn(text: string, characterClass: number): boolean {
  for (let at = 0; at < text.length; at++) if (!isIn(text.charCodeAt(at), characterClass)) return false
  return text.length > 0
}

/** Whether a text holds a control character other than a tab. */
export function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if ((code < SPACE && code !== TAB) || code === 0x7f) return true
  }
  return false
}

export const SPACE = 0x20
export const TAB = 0x09
export const QUOTE = 0x22
export const PERCENT = 0x25
export const COMMA = 0x2c
export const SLASH = 0x2f
export const SEMICOLON = 0x3b
export const LESS = 0x3c
export const EQUALS = 0x3d
export const MORE = 0x3e
export const BACKSLASH = 0x5c
