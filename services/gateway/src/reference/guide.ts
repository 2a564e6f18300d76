import { type Tier, tiers } from '@voipbin/contracts/api'
import { statuses } from '@voipbin/contracts/errors'
import { httpStatuses } from '@voipbin/service-kit'
import { gatewayConfig } from '../config.ts'
import { tokenLifeMs } from '../identity/lifetimes.ts'
import { html, type Markup } from '../pages/markup.ts'

const HOUR_MS = 3_600_000

/** What holds for every operation, in the order in which a newcomer needs it. */
export function guide(): readonly { readonly id: string; readonly title: string; readonly body: Markup }[] {
  return [
    { id: 'start', title: 'Getting started', body: start },
    { id: 'credentials', title: 'Credentials', body: credentials },
    { id: 'errors', title: 'Errors', body: errors },
    { id: 'lists', title: 'Lists, ids and times', body: lists },
    { id: 'repeating', title: 'Repeating a request', body: repeating },
    { id: 'limits', title: 'Rate limits', body: limits },
    { id: 'webhooks', title: 'Webhooks', body: webhooks },
    { id: 'websocket', title: 'WebSocket', body: webSocket },
  ]
}

const start = html`<p>The examples on this page are commands for a shell that knows where the API is, and your access key:</p>
<pre><code>export API=<span id="origin">http://127.0.0.1:8080</span>
export KEY=vb_…</code></pre>
<p>Bodies are JSON. Fields that an operation does not know are left out, so what was read can be sent back. The same API for programs:
<a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>`

const credentials = html`<p>Send <code>Authorization: Bearer …</code> with either of these. Where a browser cannot set a header, the query takes
<code>?accesskey=</code> and <code>?token=</code>, and the cookies <code>accesskey</code> and <code>token</code> do as well.</p>
<table>
<tr><td><b>Access key</b></td><td><code>vb_…</code>, an admin of its customer. Made with <a href="#PostAccesskeys">POST /v1.0/accesskeys</a>, shown once.</td></tr>
<tr><td><b>Agent token</b></td><td>What <a href="#PostAuthLogin">POST /auth/login</a> answers. Valid for ${tokenLifeMs.agent / HOUR_MS / 24} days; ends with a new password.</td></tr>
<tr><td><b>Direct token</b></td><td>What <a href="#PostAuthBoot">POST /auth/boot</a> answers to a direct hash, for visitors of a web page. It reaches only operations that name its kind. Valid for ${tokenLifeMs.direct / HOUR_MS} hours; ends with the hash.</td></tr>
<tr><td><b>Delegate token</b></td><td>What <a href="#PostAuthDelegate">POST /auth/delegate</a> answers to a superadmin, who acts as an admin of one customer for ${tokenLifeMs.delegate / HOUR_MS} hours.</td></tr>
</table>`

const meanings: Readonly<Record<(typeof statuses)[number], string>> = {
  INVALID_ARGUMENT: 'Something in the request is wrong; the message names the field',
  UNAUTHENTICATED: 'No credential, or none that is valid',
  PAYMENT_REQUIRED: 'The balance does not allow it',
  PERMISSION_DENIED: 'The caller may not do this',
  NOT_FOUND: 'There is no such resource, or it is not the caller’s',
  ALREADY_EXISTS: 'There is one already',
  FAILED_PRECONDITION: 'The resource is not in a state for this',
  RESOURCE_EXHAUSTED: 'Too many requests; wait as long as Retry-After says',
  UNAVAILABLE: 'Not now; the same request may succeed later',
  INTERNAL: 'Our fault',
}

const errors = html`<p>Every refusal looks like this. <code>reason</code> is a constant that a program can test, <code>message</code> is for people, and
<code>request_id</code> (also the header <code>X-Request-Id</code>) finds the request in the logs.</p>
<pre><code>{"error": {"status": "NOT_FOUND", "reason": "RESOURCE_NOT_FOUND",
  "message": "Cannot find tag \\"…\\"", "request_id": "req_…", "details": [{…}]}}</code></pre>
<table>${statuses.map((status) => html`<tr><td><b>${httpStatuses[status]}</b></td><td><code>${status}</code><small>${meanings[status]}</small></td></tr>`)}</table>
<p>Three reasons have an HTTP status of their own: <code>BODY_TOO_LARGE</code> 413, <code>UNSUPPORTED_MEDIA_TYPE</code> 415 and
<code>UNPROCESSABLE</code> 422. What belongs to another customer, and what was deleted, is 404.</p>`

const lists = html`<p>A list answers <code>{"result": […], "next_page_token": "…"}</code>, newest first. Send the token as <code>page_token</code> for the
next page; the end is an empty page. <code>page_size</code> is how many rows a page has.</p>
<p>Ids are lower-case UUIDs; where there is nothing to refer to, a field is empty or the nil id. Times are UTC with six decimals:
<code>2026-01-31T08:00:00.000000Z</code>. <code>tm_delete</code> is null as long as a resource lives; a DELETE answers with what was deleted.</p>`

const repeating = html`<p>Whatever changes something takes the header <code>Idempotency-Key</code>: sent again under the same key within 24 hours, the request is
answered as before and not done again. So after a time-out or a 503, send it again. The same key with another request is 409
<code>IDEMPOTENCY_KEY_REUSED</code>.</p>`

const limits = html`<p>Limits are as many requests a second, and so many at once. Whoever runs the platform may have set others.</p>
<table>${tiers.map(limitRow)}</table>`

function limitRow(tier: Tier): Markup {
  const [rate, burst] = [gatewayConfig[`${tier}_RPS`], gatewayConfig[`${tier}_BURST`]]
  const whose = rate.about.replace(/^Sustained rate a /, 'Each ').replace(/; 0 turns.*$/, '')
  return html`<tr><td>${whose}</td><td><b>${rate.fallback}</b> a second, <b>${burst.fallback}</b> at once</td></tr>`
}

const webhooks = html`<p>Set <code>webhook_uri</code> of your customer, and every public event is a request to it with the body
<code>{"type": "…", "data": {…}}</code>. Answer with any 2xx within 15 seconds.
<a href="#PostWebhooksTest">POST /v1.0/webhooks/test</a> sends one that means nothing and says what came of it.</p>
<table>
<tr><td><code>webhook-id</code></td><td>The same at every try of an event: ignore what you have had</td></tr>
<tr><td><code>webhook-timestamp</code></td><td>When it was sent, in seconds since 1970: refuse what is old</td></tr>
<tr><td><code>webhook-signature</code></td><td><code>v1,</code> and HMAC-SHA256 in base64 over <code>id.timestamp.body</code>, after <a href="https://www.standardwebhooks.com">Standard Webhooks</a>; the key is the base64 of the secret after <code>whsec_</code>. Several with spaces between, while a secret is exchanged</td></tr>
<tr><td><code>X-VoIPBIN-Signature</code></td><td><code>sha256=</code> and HMAC-SHA256 in hex over the body; the key is the secret as it is</td></tr>
<tr><td><code>X-VoIPBIN-Signature-Previous</code></td><td>The same with the secret before, while it is exchanged</td></tr>
</table>
<p>Events come at least once, in order for each resource. What is not taken (no answer, 5xx, 408, 425, 429) is tried again for 24 hours;
any other 4xx means that you do not want it.</p>`

const webSocket = html`<p>Connect to <code>/v1.0/ws?token=…</code> (or <code>?accesskey=…</code>), then say what you want to hear:</p>
<pre><code>{"type": "subscribe", "topics": ["customer_id:YOUR_CUSTOMER_ID:agent"]}</code></pre>
<p>An event is sent once to whoever asked for the beginning of one of its topics. <code>unsubscribe</code> takes topics back; a topic that you may
not hear closes the socket. Each frame is the resource alone; with <code>?envelope=true</code> it is
<code>{"type", "data", "id", "time", "publisher", "customer_id", "resource_id", "sequence"}</code>.</p>
<p>Admins and managers hear <code>customer_id:…</code> of their customer, agents <code>agent_id:…</code> of their own, direct tokens
<code>customer_id:…:KIND:ID</code> of the kinds that they open.</p>`
