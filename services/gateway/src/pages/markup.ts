/** Text that may stand in a page as it is. Only `html` makes it. */
export type Markup = { readonly html: string }
type Part = Markup | string | number | false | undefined | readonly Part[]

/** A template whose values are text, unless they are markup themselves: nothing gets into a page unescaped by mistake. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: texts.reduce((whole, text, index) => whole + render(parts[index - 1]) + text) }
}

/** The parts with something between them. */
export const joined = (parts: readonly Part[], between: Part): Markup =>
  html`${parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]))}`

/** What this program wrote itself as markup: style sheets and scripts. Never anything that came from elsewhere. */
export const trusted = (text: string): Markup => ({ html: text })

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  if ('html' in part) return part.html
  return part.map(render).join('')
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? '')
