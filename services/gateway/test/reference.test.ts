import { createHash } from 'node:crypto'
import { agentContract } from '@voipbin/contracts/agent'
import { callContract } from '@voipbin/contracts/call'
import { type Contract, defineContract, event, query } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { id, internal, secret } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import { actionTypes } from '@voipbin/contracts/flow-actions'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { numberContract } from '@voipbin/contracts/number'
import { AdminOrManager } from '@voipbin/contracts/permission'
import { tagContract } from '@voipbin/contracts/tag'
import { webhookContract } from '@voipbin/contracts/webhook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { buildReference } from '../src/reference/page.ts'
import { routes } from '../src/routes/index.ts'
import { planContract, thingContract } from './thing-contract.ts'
import { startWorld, type World } from './world.ts'

const real: readonly Contract[] = [customerContract, agentContract, webhookContract, tagContract, directContract, gatewayContract]

const shout = z.object({
  ...{ id: id(), customer_id: id(), wait_ms: z.int().min(100).max(5000), hush: secret(z.string()), aside: internal(z.string()) },
  nested: z.array(z.object({ loud: z.boolean() })).max(3),
})
const oddContract = defineContract({
  service: 'odd',
  events: {
    odd_shouted: event(shout, { public: true, topics: ['customer_id:{customer_id}:street:{id}'] }),
    odd_whispered: shout,
  },
  methods: { shoutLoudly: query(z.object({ customer_id: id(), word: z.enum(['<b>', '"&']) }), shout) },
  api: {
    'GET /odd': { method: 'shoutLoudly', permission: AdminOrManager, direct: 'street', summary: '<script>alert("x")</script>' },
  },
})

const anchors = (text: string) => [...text.matchAll(/ id="([^"]+)"/g)].map(([, anchor]) => anchor)
const article = (text: string, anchor: string) => new RegExp(`<article id="${anchor}"[\\s\\S]*?</article>`).exec(text)?.[0] ?? ''

describe('the reference', () => {
  const { text } = buildReference(real, routes)
  const odd = buildReference([oddContract]).text

  test('has each operation of the contracts once, under an address of its own', () => {
    const count = real.reduce((sum, { api }) => sum + Object.keys(api).length, Object.keys(routes).length)
    expect(text.match(/<article id="(Get|Post|Put|Patch|Delete)[^"]*"/g)?.length).toBe(count)
    expect(new Set(anchors(text)).size).toBe(anchors(text).length)
  })

  test('leads nowhere that it does not have', () => {
    const links = [...`${text}${odd}`.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor)
    expect(links.length).toBeGreaterThan(200)
    const known = new Set(anchors(text))
    expect(links.filter((anchor) => !known.has(anchor) && !/[Oo]dd/.test(anchor ?? ''))).toEqual([])
  })

  test('says of an operation who may call it, what it takes, what it answers and how to try it', () => {
    const post = article(text, 'PostAgents')
    expect(post).toContain('Create agent')
    expect(post).toContain('admin or manager')
    expect(post).toContain('agents, access keys, delegates')
    expect(post).toMatch(/<code>password<\/code> <b class="must">required<\/b>[\s\S]*?8 to 1024 characters/)
    expect(post).toMatch(/ring_method[\s\S]*?&quot;ringall&quot;[\s\S]*?&quot;linear&quot;[\s\S]*?default/)
    expect(post).toContain('<a href="#object-Agent">Agent</a>')
    expect(post).toContain('curl -X POST &quot;$API/v1.0/agents&quot;')
    expect(post).toContain('&quot;username&quot;: &quot;username&quot;')
    expect(article(text, 'PostAuthPasswordForgot')).toContain('Open to everybody')
    expect(article(text, 'PostAccesskeys')).toMatch(/<code>token<\/code>[\s\S]*?Shown here only/)
    expect(article(text, 'PostAccesskeys')).toContain('Seconds until it expires')
    expect(article(text, 'GetAgentsId')).toContain('Which agent')
  })

  test('has examples of what people try first that are taken as they stand', () => {
    const voice = buildReference([callContract, flowContract, numberContract], routes).text
    const bodyOf = (anchor: string) => {
      const [, sent = ''] = /-d &#39;(.*?)&#39;/s.exec(article(voice, anchor)) ?? []
      return { customer_id: crypto.randomUUID(), ...(JSON.parse(sent.replaceAll('&quot;', '"')) as object) }
    }
    expect(bodyOf('PostCalls')).toMatchObject({ destinations: [{ type: 'extension', target: '1000' }], actions: [{ type: 'talk' }] })
    expect(callContract.methods.createCalls.input.safeParse(bodyOf('PostCalls')).error).toBeUndefined()
    expect(flowContract.methods.createFlow.input.safeParse(bodyOf('PostFlows')).error).toBeUndefined()
    expect(JSON.stringify(bodyOf('PostFlows'))).toContain('"talk"')
    expect(numberContract.methods.createNumber.input.safeParse(bodyOf('PostNumbers')).error).toBeUndefined()
  })

  test('says units, limits, fields of fields and the kinds of direct tokens', () => {
    const get = article(odd, 'GetOdd')
    expect(get).toContain('milliseconds · 100 to 5000')
    expect(get).toContain('<code>nested[].loud</code>')
    expect(get).toContain('at most 3 entries')
    expect(get).toContain('Direct tokens for: street')
  })

  test('shows public events with their data and topics, and no others', () => {
    const shouted = article(odd, 'event-odd-odd_shouted')
    expect(shouted).toContain('<code>wait_ms</code>')
    for (const topic of ['odd:&lt;id&gt;', 'odd:odd_shouted:&lt;id&gt;', 'street:&lt;id&gt;']) {
      expect(shouted).toContain(`customer_id:&lt;customer_id&gt;:${topic}`)
    }
    expect(odd).not.toContain('odd_whispered')
    expect(article(text, 'event-agent-agent_created')).toContain('agent_id:&lt;id&gt;:agent:&lt;id&gt;')
  })

  test('shows what each action of a flow may be told', () => {
    expect(actionTypes.filter((type) => article(text, `action-${type}`) === '')).toEqual([])
    expect(article(text, 'action-goto')).toMatch(/target_id[\s\S]*?<pre><code>{&quot;type&quot;:&quot;goto&quot;/)
    expect(article(text, 'action-answer')).toContain('{&quot;type&quot;:&quot;answer&quot;}')
    expect(article(text, 'action-sleep')).toMatch(
      /integer <i>or<\/i> variable[\s\S]*?milliseconds[\s\S]*?The flow|The flow[\s\S]*?milliseconds/,
    )
  })

  test('shows nothing that does not leave, and takes no text for markup', () => {
    expect(odd).not.toMatch(/hush|aside/)
    expect(text).not.toMatch(/password_hash|tm_password|resource_version/)
    expect(odd).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
    expect(odd).not.toContain('<script>alert')
    expect(odd).toContain('&quot;&lt;b&gt;&quot;')
  })

  test('loads nothing from anywhere', () => {
    expect(text).not.toMatch(/\ssrc=|<link|@import|url\(|\sstyle=|\son\w+=/)
    const elsewhere = [...text.matchAll(/href="([^#][^"]*)"/g)].map(([, url]) => url)
    expect(new Set(elsewhere)).toEqual(new Set(['/openapi.json', 'https://www.standardwebhooks.com']))
  })
})

describe('GET /docs', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())

  test('answers everybody with the operations of this very platform', async () => {
    const { status, headers, text } = await world.send('GET', '/docs')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toBe(buildReference([gatewayContract, customerContract, directContract, planContract, thingContract], routes).text)
    expect(article(text, 'PutThingsIdPartsPartId')).toContain('/parts')
  })

  test('allows its own style and script, and nothing else', async () => {
    const { headers, text } = await world.send('GET', '/docs')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/)
    expect(policy).not.toContain('connect-src')
    for (const tag of ['script', 'style']) {
      const content = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text)?.[1] ?? ''
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`)
    }
  })

  test('is sent small to whoever takes it small', async () => {
    const plain = await fetch(`${world.url}/docs`, { headers: { 'accept-encoding': 'identity' } })
    const small = await fetch(`${world.url}/docs`, { headers: { 'accept-encoding': 'br, gzip' } })
    expect([plain.headers.get('content-encoding'), small.headers.get('content-encoding')]).toEqual([null, 'gzip'])
    expect(await small.text()).toBe(await plain.text())
  })

  test('is not sent again to whoever has it', async () => {
    const etag = (await world.send('GET', '/docs')).headers.get('etag') ?? ''
    const again = await world.send('GET', '/docs', { headers: { 'if-none-match': etag } })
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await world.send('GET', '/docs', { headers: { 'if-none-match': 'W/"other"' } })).status).toBe(200)
  })
})
