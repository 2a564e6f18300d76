import { createHash } from 'node:crypto'
import { html, type Markup, trusted } from './markup.ts'

type Parts = {
  readonly title: string
  readonly style: string
  readonly script: string
  readonly body: Markup
  /** Whether the script asks the API. */
  readonly connects?: boolean
}
export type Document = { readonly text: string; readonly headers: Readonly<Record<string, string>> }

/** A whole page that loads nothing, runs nothing but its own script, and is framed by nobody. */
export function documentOf({ title, style, script, body, connects = false }: Parts): Document {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title>
<style>${trusted(style)}</style></head><body>${body}
<script>${trusted(script)}</script></body></html>
`
  const policy = [
    "default-src 'none'",
    ...[`style-src ${sourceOf(style)}`, `script-src ${sourceOf(script)}`],
    ...(connects ? ["connect-src 'self'"] : []),
    ...["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
  ]
  return {
    text: page.html,
    headers: { 'content-security-policy': policy.join('; '), 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' },
  }
}

const sourceOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
