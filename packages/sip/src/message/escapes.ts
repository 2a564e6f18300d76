import { HEX, isIn, PERCENT, UNRESERVED } from './characters.ts'

/**
 * The one spelling of a URI component that compares by equality (RFC 3261 §19.1.4): escapes of unreserved characters are undone,
 * all others stay, with upper-case digits. Characters must belong to the class; undefined where they or an escape do not.
 */
export function normaliseEscapes(text: string, characterClass: number): string | undefined {
  let escaped = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === PERCENT) {
      if (!isIn(text.charCodeAt(at + 1), HEX) || !isIn(text.charCodeAt(at + 2), HEX)) return undefined
      escaped = true
      at += 2
    } else if (!isIn(code, characterClass)) return undefined
  }
  return escaped ? text.replace(/%[0-9A-Fa-f]{2}/g, normaliseEscape) : text
}

function normaliseEscape(written: string): string {
  const code = Number.parseInt(written.slice(1), 16)
  return isIn(code, UNRESERVED) ? String.fromCharCode(code) : written.toUpperCase()
}

/** The text that a URI component means. Escapes that are no UTF-8 stay as they are. */
export function unescapeText(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Text as a URI component: whatever the class does not hold is escaped as UTF-8. */
export function escapeText(text: string, characterClass: number): string {
  let escaped = ''
  for (const octet of Buffer.from(text, 'utf8')) {
    escaped += isIn(octet, characterClass) ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return escaped
}
