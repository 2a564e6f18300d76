import type { Mail } from './mailer.ts'

export type Letter = {
  readonly to: string
  readonly subject: string
  /** In order; a link stands in a line of its own. */
  readonly paragraphs: readonly (string | { readonly link: string })[]
}

/** The same words as text and as HTML, in which nothing that a stranger chose can become markup. */
export function writeLetter({ to, subject, paragraphs }: Letter): Mail {
  const text = paragraphs.map((paragraph) => (typeof paragraph === 'string' ? paragraph : paragraph.link)).join('\n\n')
  const html = paragraphs.map((paragraph) => `<p>${typeof paragraph === 'string' ? escapeHtml(paragraph) : anchor(paragraph.link)}</p>`)
  return { to, subject, text: `${text}\n`, html: `<!doctype html>\n<html lang="en">\n<body>\n${html.join('\n')}\n</body>\n</html>\n` }
}

const anchor = (link: string) => `<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
