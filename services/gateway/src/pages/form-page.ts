import { type Document, documentOf } from './document.ts'
import { html, type Markup } from './markup.ts'

export type FormPage = {
  readonly title: string
  readonly intro: string
  /** Inputs of the form, between its introduction and its button. */
  readonly fields: Markup
  readonly button: string
  /** Where the form is posted as JSON: its inputs beside these. */
  readonly action: string
  readonly values: Readonly<Record<string, string>>
  readonly done: string
}

const style = `:root{color-scheme:light dark;--text:#1c2430;--soft:#5b6675;--line:#c9d0d9;--back:#f5f7f9;--raised:#fff;--accent:#0a63c9;--on:#fff;--bad:#b3261e;--good:#1a7f45}
@media (prefers-color-scheme:dark){:root{--text:#e4e8ee;--soft:#9aa5b4;--line:#3a4450;--back:#12161c;--raised:#1a2028;--accent:#7ab8ff;--on:#0d1b2a;--bad:#ff9189;--good:#6fd39a}}
*{box-sizing:border-box}[hidden]{display:none!important}
body{margin:0;min-height:100vh;padding:4vh 1rem;font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--text);background:var(--back)}
main{max-width:26rem;margin:0 auto;padding:2rem;background:var(--raised);border:1px solid var(--line);border-radius:10px}
.brand{margin:0 0 1rem;font-weight:700;color:var(--soft)}h1{margin:0 0 .25rem;font-size:1.4rem;line-height:1.3}p{margin:.5rem 0}
label{display:block;margin:1.1rem 0 .3rem;font-weight:600}label small{display:block;font-weight:400;color:var(--soft)}
input:not([type=checkbox]){font:inherit;width:100%;padding:.55rem .7rem;color:inherit;background:var(--back);border:1px solid var(--line);border-radius:6px}
label.check{display:flex;gap:.5rem;align-items:center;font-weight:400;color:var(--soft)}
button{font:inherit;font-weight:600;width:100%;margin-top:1.5rem;padding:.65rem 1rem;color:var(--on);background:var(--accent);border:0;border-radius:6px;cursor:pointer}
button:disabled{opacity:.6;cursor:progress}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
#said{font-weight:600}#said:empty{margin:0}#said.bad{color:var(--bad)}#said.good{color:var(--good)}`

/** Sends the form as JSON and says what came of it. The answer of our own API is text, never markup. */
const script = `(()=>{'use strict'
const form=document.querySelector('form');if(!form)return
const said=document.getElementById('said'),button=form.querySelector('button'),shown=document.getElementById('shown')
const say=(text,kind)=>{said.textContent=text;said.className=kind}
form.hidden=false;document.getElementById('needs').hidden=true
if(shown)shown.addEventListener('change',()=>{for(const input of form.querySelectorAll('[data-secret]'))input.type=shown.checked?'text':'password'})
form.addEventListener('submit',async(event)=>{event.preventDefault()
const sent={...JSON.parse(form.dataset.values),...Object.fromEntries(new FormData(form))}
if('repeated' in sent){if(sent.repeated!==sent.password){say('The two passwords differ.','bad');return}delete sent.repeated}
button.disabled=true;say('','')
try{const answer=await fetch(form.dataset.action,{method:'POST',headers:{'Content-Type':'application/json'},body:JSON.stringify(sent)})
if(answer.ok){form.hidden=true;document.getElementById('intro').hidden=true;say(form.dataset.done,'good');return}
const body=await answer.json();say(body.error.message,'bad')}catch{say('The server cannot be reached. Try again.','bad')}
button.disabled=false})
})()`

/** A page with one form that a person can use. */
export function formPage({ title, intro, fields, button, action, values, done }: FormPage): Document {
  const body = html`<main><p class="brand">VoIPBIN</p><h1>${title}</h1><p id="intro">${intro}</p>
<p id="needs"><b>This page needs JavaScript.</b></p>
<form hidden data-action="${action}" data-values="${JSON.stringify(values)}" data-done="${done}">${fields}<button type="submit">${button}</button></form>
<p id="said" role="status"></p></main>`
  return documentOf({ title, style, script, body, connects: true })
}

/** A page that only says something. */
export const messagePage = (title: string, text: string): Document =>
  documentOf({ title, style, script, body: html`<main><p class="brand">VoIPBIN</p><h1>${title}</h1><p>${text}</p></main>` })
