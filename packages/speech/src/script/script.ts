import { parseXml, type XmlElement, type XmlNode } from './xml.ts'

/** `rate` 1: as the voice speaks by itself. */
export type Spoken = { readonly text: string; readonly rate: number }
export type Pause = { readonly pauseMs: number }

/** What is to be said: for vendors that know SSML as it is, for all others as its words and pauses. */
export type Script = {
  /** With `<speak>` around it; well-formed whatever the customer wrote. */
  readonly ssml: string
  readonly isSsml: boolean
  readonly parts: readonly (Spoken | Pause)[]
  /** The words alone. */
  readonly text: string
}

const MAX_PAUSE_MS = 10_000
const strengths: Readonly<Record<string, number>> = { none: 0, 'x-weak': 100, weak: 250, medium: 500, strong: 750, 'x-strong': 1_200 }
const rates: Readonly<Record<string, number>> = { 'x-slow': 0.5, slow: 0.75, medium: 1, fast: 1.25, 'x-fast': 1.5, default: 1 }
/** A text that begins with one of these and is well-formed is SSML; anything else is said as it stands. */
const roots: ReadonlySet<string> = new Set(['speak', 'p', 's', 'prosody', 'emphasis', 'say-as', 'sub', 'voice', 'lang', 'break'])

/** Plain text or SSML, told apart by what it is. Never fails: what is not well-formed is text. */
export function parseScript(written: string): Script {
  const root = written.trimStart().startsWith('<') ? parseXml(written.trim()) : undefined
  if (!root || !roots.has(root.name)) return plain(written)
  const parts: (Spoken | Pause)[] = []
  read([root], 1, parts)
  const ssml = root.name === 'speak' ? withoutDeclaration(written) : `<speak>${withoutDeclaration(written)}</speak>`
  return { ssml, isSsml: true, parts: merge(parts), text: textOf(parts) }
}

function plain(text: string): Script {
  const trimmed = text.replace(/\s+/g, ' ').trim()
  return {
    ssml: `<speak>${escapeXml(trimmed)}</speak>`,
    isSsml: false,
    parts: trimmed === '' ? [] : [{ text: trimmed, rate: 1 }],
    text: trimmed,
  }
}

const withoutDeclaration = (xml: string): string => xml.trim().replace(/^<\?xml[^>]*\?>\s*/, '')

// A character that XML cannot carry would have the vendor refuse the whole text.
const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}￾￿]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')

function read(nodes: readonly XmlNode[], rate: number, into: (Spoken | Pause)[]): void {
  for (const node of nodes) {
    if (typeof node === 'string') into.push({ text: node, rate })
    else readElement(node, rate, into)
  }
}

function readElement(element: XmlElement, rate: number, into: (Spoken | Pause)[]): void {
  const { name, attributes, children } = element
  if (name === 'break') into.push({ pauseMs: pauseOf(attributes) })
  else if (name === 'sub') into.push({ text: attributes['alias'] ?? innerText(children), rate })
  else if (name === 'say-as') into.push({ text: sayAs(innerText(children), attributes['interpret-as'] ?? ''), rate })
  else if (name === 'prosody') read(children, rateOf(attributes['rate'] ?? '', rate), into)
  else if (name !== 'desc' && name !== 'metadata' && name !== 'lexicon') read(children, rate, into)
  if (name === 'p') into.push({ pauseMs: 500 })
  if (name === 's') into.push({ pauseMs: 250 })
}

/** SSML 1.1 §3.2.3. */
function pauseOf({ time = '', strength = 'medium' }: Readonly<Record<string, string>>): number {
  const [, number = '', unit] = /^\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)$/.exec(time.trim()) ?? []
  const ms = number === '' ? (strengths[strength] ?? 500) : Number(number) * (unit === 's' ? 1_000 : 1)
  return Math.min(MAX_PAUSE_MS, Math.round(ms))
}

/** A word, or a percentage of what it was. */
function rateOf(written: string, before: number): number {
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(written.trim()) ?? []
  const rate = percent === undefined ? (rates[written.trim()] ?? before) : before * (Number(percent) / 100)
  return Math.min(3, Math.max(0.3, rate))
}

const spelled: ReadonlySet<string> = new Set(['characters', 'spell-out', 'digits', 'telephone', 'verbatim'])
const sayAs = (text: string, how: string): string => (spelled.has(how) ? [...text.replace(/[\s()-]/g, '')].join(' ') : text)

const innerText = (nodes: readonly XmlNode[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : innerText(node.children))).join('')

/** Neighbours that are said alike are one, so that the voice does not begin anew in the middle of a sentence. */
function merge(parts: readonly (Spoken | Pause)[]): (Spoken | Pause)[] {
  const merged: (Spoken | Pause)[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if ('pauseMs' in part) {
      if (last && 'pauseMs' in last) merged[merged.length - 1] = { pauseMs: Math.max(last.pauseMs, part.pauseMs) }
      else if (part.pauseMs > 0) merged.push(part)
      continue
    }
    const text = part.text.replace(/\s+/g, ' ')
    if (last && 'text' in last && last.rate === part.rate) merged[merged.length - 1] = { ...last, text: `${last.text}${text}` }
    else if (text.trim() !== '') merged.push({ ...part, text })
  }
  return merged.map((part) => ('text' in part ? { ...part, text: part.text.replace(/\s+/g, ' ').trim() } : part))
}

const textOf = (parts: readonly (Spoken | Pause)[]): string =>
  parts
    .map((part) => ('text' in part ? part.text : ' '))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
