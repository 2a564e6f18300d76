import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { RouteAnswer } from '../route.ts'

export type Page = {
  readonly title: string
  readonly intro: string
  /** Inputs of the form, between its introduction and its button. */
  readonly fields: string
  readonly button: string
  /** What is posted as JSON, and where: the form's inputs beside these. */
  readonly action: string
  readonly values: Readonly<Record<string, string>>
  readonly done: string
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.4rem}label{display:block;margin:1rem 0 .25rem}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
button{font:inherit;margin-top:1.25rem;padding:.5rem 1rem}#said{margin-top:1rem;font-weight:600}`

/** Sends the form as JSON and says what came of it. The answer of our own API is text, never markup. */
const script = `const form=document.querySelector('form'),said=document.getElementById('said');
form.addEventListener('submit',async(event)=>{event.preventDefault();
const sent={...form.dataset.values?JSON.parse(form.dataset.values):{},...Object.fromEntries(new FormData(form))};
if('repeated' in sent){if(sent.repeated!==sent.password){said.textContent='The two passwords differ.';return}delete sent.repeated}
form.querySelector('button').disabled=true;
try{const answer=await fetch(form.dataset.action,{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify(sent)});
if(answer.ok){said.textContent=form.dataset.done;form.hidden=true;return}
const body=await answer.json();said.textContent=body.error.message}catch{said.textContent='The server cannot be reached. Try again.'}
form.querySelector('button').disabled=false});`

const sourceOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
/** Nothing but what is in the page, and nobody may frame it. */
const policy = `default-src 'none'; style-src ${sourceOf(style)}; script-src ${sourceOf(script)}; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`

/** A page with one form that a person can use. Its address carries a one-time token, which must not travel on or be kept. */
export function answerPage(reply: FastifyReply, page: Page): RouteAnswer<never> {
  reply.headers({
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
  return { text: render(page), contentType: 'text/html; charset=utf-8' }
}

function render({ title, intro, fields, button, action, values, done }: Page): string {
  const data = `data-action="${escapeText(action)}" data-values="${escapeText(JSON.stringify(values))}" data-done="${escapeText(done)}"`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeText(title)}</title>
<style>${style}</style></head><body><main><h1>${escapeText(title)}</h1><p>${escapeText(intro)}</p>
<form ${data}>${fields}<button type="submit">${escapeText(button)}</button></form>
<p id="said" role="status"></p><noscript>This page needs JavaScript.</noscript></main>
<script>${script}</script></body></html>
`
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? '')
