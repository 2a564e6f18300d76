export type XmlElement = { readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly children: XmlNode[] }
export type XmlNode = XmlElement | string

const MAX_DEPTH = 50
const NAME = '[A-Za-z_][A-Za-z0-9_.:-]*'
const declaration = /^<\?xml\b[^>]*\?>\s*/
const comment = /^<!--[\s\S]*?-->/
const closing = new RegExp(`^</(${NAME})\\s*>`)
const opening = new RegExp(`^<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`)
const attribute = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** One element and what is in it, or undefined where it is not well-formed. No document types and no entities but XML's own. */
export function parseXml(written: string): XmlElement | undefined {
  let rest = written.replace(declaration, '')
  const top: XmlElement = { name: '', attributes: {}, children: [] }
  const open: XmlElement[] = [top]
  while (rest !== '') {
    const taken = takeText(rest) ?? takeMarkup(rest)
    const at = open.at(-1)
    if (!taken || !at) return undefined
    rest = rest.slice(taken.length)
    if ('text' in taken) at.children.push(taken.text)
    else if ('closes' in taken) {
      if (open.length < 2 || at.name !== taken.closes) return undefined
      open.pop()
    } else if ('element' in taken) {
      at.children.push(taken.element)
      if (!taken.isEmpty && open.push(taken.element) > MAX_DEPTH) return undefined
    }
  }
  const [root, ...more] = top.children.filter((child) => typeof child !== 'string' || child.trim() !== '')
  return open.length === 1 && more.length === 0 && typeof root === 'object' ? root : undefined
}

type Taken = { readonly length: number } & (
  | { readonly text: string }
  | { readonly closes: string }
  | { readonly element: XmlElement; readonly isEmpty: boolean }
  | { readonly skipped: true }
)

function takeText(rest: string): Taken | undefined {
  const end = rest.indexOf('<')
  const raw = end < 0 ? rest : rest.slice(0, end)
  const text = raw === '' ? undefined : decode(raw)
  return text === undefined ? undefined : { length: raw.length, text }
}

function takeMarkup(rest: string): Taken | undefined {
  const skipped = comment.exec(rest)
  if (skipped) return { length: skipped[0].length, skipped: true }
  const closed = closing.exec(rest)
  if (closed) return { length: closed[0].length, closes: closed[1] ?? '' }
  const opened = opening.exec(rest)
  if (!opened) return undefined
  const [whole, name = '', written = '', slash] = opened
  const attributes: Record<string, string> = {}
  for (const [, key = '', double, single] of written.matchAll(attribute)) {
    const value = decode(double ?? single ?? '')
    if (value === undefined) return undefined
    attributes[key] = value
  }
  return { length: whole.length, element: { name, attributes, children: [] }, isEmpty: slash === '/' }
}

/** Undefined where an ampersand begins no entity. */
function decode(raw: string): string | undefined {
  let isGood = true
  const text = raw.replace(/&([^;&\s]{1,10};)?/g, (_whole, name: string | undefined) => {
    const decoded = name === undefined ? undefined : entityOf(name.slice(0, -1))
    isGood &&= decoded !== undefined
    return decoded ?? ''
  })
  return isGood ? text : undefined
}

function entityOf(name: string): string | undefined {
  const code = /^#x[0-9a-f]+$/i.test(name) ? Number.parseInt(name.slice(2), 16) : /^#\d+$/.test(name) ? Number(name.slice(1)) : undefined
  if (code === undefined) return Object.hasOwn(entities, name) ? entities[name] : undefined
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
