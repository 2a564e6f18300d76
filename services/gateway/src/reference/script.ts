/** Comfort only: a filter, buttons that copy, the address of this very server in the examples. */
export const script = `(()=>{'use strict'
const filter=document.getElementById('filter'),none=document.getElementById('none'),contents=document.querySelector('nav details')
const articles=[...document.querySelectorAll('article[data-find]')],guide=[...document.querySelectorAll('article:not([data-find])')]
const items=[...document.querySelectorAll('nav li')]
for(const article of articles)article.text=article.dataset.find
const narrow=matchMedia('(max-width:56rem)')
contents.open=!narrow.matches
narrow.addEventListener('change',()=>{contents.open=!narrow.matches})
contents.addEventListener('click',(event)=>{if(narrow.matches&&event.target.closest('a'))contents.open=false})
document.getElementById('origin').textContent=location.origin
function apply(){
const words=filter.value.toLowerCase().split(/\\s+/).filter(Boolean),shown=new Set()
for(const article of articles){article.hidden=!words.every((word)=>article.text.includes(word));if(!article.hidden)shown.add(article.id)}
for(const article of guide){article.hidden=words.length>0;if(!article.hidden)shown.add(article.id)}
for(const item of items)item.hidden=!shown.has(item.dataset.for)
for(const group of document.querySelectorAll('.group'))group.hidden=!group.querySelector('li:not([hidden])')
for(const section of document.querySelectorAll('main section'))section.hidden=!section.querySelector('article:not([hidden])')
none.hidden=shown.size>0
const address=new URL(location.href);words.length?address.searchParams.set('q',filter.value):address.searchParams.delete('q')
history.replaceState(null,'',address)
}
function reveal(){const wanted=document.getElementById(decodeURIComponent(location.hash.slice(1)))
if(wanted&&wanted.closest('[hidden]')){filter.value='';apply()}if(wanted)wanted.scrollIntoView()}
filter.hidden=false
filter.value=new URLSearchParams(location.search).get('q')??''
filter.addEventListener('input',apply)
if(filter.value){apply();if(location.hash)reveal()}
addEventListener('hashchange',reveal)
addEventListener('keydown',(event)=>{
if(event.key==='/'&&event.target!==filter){event.preventDefault();filter.focus()}
if(event.key==='Escape'&&event.target===filter){filter.value='';apply()}
})
if(navigator.clipboard)for(const block of document.querySelectorAll('pre')){
const button=document.createElement('button');button.type='button';button.textContent='Copy'
button.addEventListener('click',async()=>{await navigator.clipboard.writeText(block.querySelector('code').textContent);button.textContent='Copied';setTimeout(()=>{button.textContent='Copy'},1500)})
block.append(button)}
})()`
