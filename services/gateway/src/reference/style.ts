/** No colour is said twice, so that dark is one block. */
export const style = `:root{color-scheme:light dark;--text:#1c2430;--soft:#5b6675;--line:#dfe4ea;--back:#fff;--raised:#f5f7f9;--accent:#0a63c9;
--get:#0a63c9;--post:#1a7f45;--put:#96620a;--patch:#96620a;--delete:#b3261e;--event:#7341b8}
@media (prefers-color-scheme:dark){:root{--text:#e4e8ee;--soft:#9aa5b4;--line:#2c343f;--back:#12161c;--raised:#1a2028;--accent:#7ab8ff;
--get:#7ab8ff;--post:#6fd39a;--put:#e6b566;--patch:#e6b566;--delete:#ff9189;--event:#c7a5f5}}
*{box-sizing:border-box}html{scroll-padding-top:4.5rem}
body{margin:0;font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--text);background:var(--back);overflow-wrap:break-word}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
code,pre,.verb{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;z-index:3;background:var(--back)}
header{position:sticky;top:0;z-index:2;display:flex;gap:1rem;align-items:center;height:3.5rem;padding:0 1.25rem;background:var(--back);border-bottom:1px solid var(--line)}
.brand{font-weight:700;color:var(--text);white-space:nowrap}.brand span{font-weight:400;color:var(--soft)}
#filter{flex:1;max-width:26rem;margin-left:auto;min-width:0;font:inherit;font-size:.9375rem;padding:.35rem .7rem;color:inherit;background:var(--raised);border:1px solid var(--line);border-radius:6px}
.columns{display:grid;grid-template-columns:19rem minmax(0,1fr);max-width:90rem;margin:0 auto}
nav{position:sticky;top:3.5rem;align-self:start;height:calc(100vh - 3.5rem);overflow-y:auto;padding:1rem 0 3rem;border-right:1px solid var(--line);font-size:.875rem}
nav summary{display:none}nav h2{margin:1.1rem 1.25rem .25rem;font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft)}
nav ul{list-style:none;margin:0;padding:0}nav li a{display:flex;gap:.4em;align-items:baseline;padding:.16rem 1.25rem;color:var(--text)}
nav li a:hover{background:var(--raised);text-decoration:none}nav .verb{flex:none;width:4.2em;font-size:.7rem}nav span{min-width:0}
main{padding:1.5rem 2.5rem 6rem;min-width:0;max-width:58rem}
h1{font-size:1.9rem;margin:.2rem 0 0}section>h2::first-letter,nav h2::first-letter{text-transform:uppercase}section>h2{margin:3rem 0 0;padding-bottom:.35rem;border-bottom:2px solid var(--line);font-size:1.5rem}
article{padding:1.5rem 0;border-bottom:1px solid var(--line)}article:target{box-shadow:-1.25rem 0 0 var(--back),calc(-1.25rem - 3px) 0 0 var(--accent)}
article h2{font-size:1.25rem;margin:0 0 .5rem}article h3{font-size:1.0625rem;margin:0;font-weight:600}article h2 a,article h3 a{color:inherit}
h4{margin:1.1rem 0 .35rem;font-size:.8125rem;font-weight:600;color:var(--soft)}h4 small{font-weight:400}p{margin:.5rem 0}
.verb{font-weight:700;color:var(--soft)}.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.patch{color:var(--patch)}.delete{color:var(--delete)}.event{color:var(--event)}
.who,.errors{font-size:.875rem;color:var(--soft)}.who b{font-weight:600;color:var(--text)}abbr{text-decoration:underline dotted;cursor:help;margin-right:.15em}
table{border-collapse:collapse;width:100%;font-size:.9375rem}td{padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:first-child td{border-top:0}td:first-child{width:38%}td small{display:block;color:var(--soft);font-size:.8125rem}.must{font-size:.75rem;font-weight:600;color:var(--delete);white-space:nowrap}
pre{position:relative;margin:1rem 0 0;padding:.8rem 1rem;overflow-x:auto;background:var(--raised);border:1px solid var(--line);border-radius:6px;line-height:1.5}
pre button{position:absolute;top:.4rem;right:.4rem;font:inherit;font-size:.75rem;padding:.1rem .5rem;color:var(--soft);background:var(--back);border:1px solid var(--line);border-radius:4px;cursor:pointer;opacity:0}
pre:hover button,pre button:focus{opacity:1}i{color:var(--soft)}[hidden]{display:none!important}
@media (max-width:56rem){.columns{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line);padding:.5rem 0}
nav summary{display:list-item;padding:.35rem 1.25rem;font-size:1rem;font-weight:600;cursor:pointer}nav details[open]{padding-bottom:1rem}
main{padding:1rem 1.25rem 4rem}header{gap:.75rem}.brand span{display:none}nav li a{padding:.3rem 1.25rem}td:first-child{width:44%}pre button{opacity:1}}
@media print{header,nav{display:none}.columns{display:block}}`
