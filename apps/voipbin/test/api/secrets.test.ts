import { createHash } from 'node:crypto'
import { customerContract } from '@voipbin/contracts/customer'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { recordEvents } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadContracts } from '../../src/services.ts'
import { administrator, type RunningPlatform, startEverything } from './running-platform.ts'
import { insist, logIn, logInSuperAdmin, visitorToken } from './tenants.ts'

/** What was used, by its name. */
type Secrets = Record<string, string>

/** Of these the process needs the plain text, and a customer's own database is where it belongs. */
const keptPlain: ReadonlySet<string> = new Set(['signing key', 'first webhook secret', 'second webhook secret', 'direct hash'])

describe('a whole story, from sign-up to the end of the account', () => {
  let platform: RunningPlatform
  let told: string
  const secrets: Secrets = {}
  const stored = new Map<string, string>()

  beforeAll(async () => {
    platform = await startEverything()
    const log = await recordEvents(platform.system.bus, await loadContracts())
    // Looked at after every step and mail: what is deleted later was there.
    const look = async () => {
      for (const [table, rows] of await platform.tables()) stored.set(table, `${stored.get(table) ?? ''}${JSON.stringify(rows)}`)
    }
    const mails = async () => {
      const received = await platform.mails()
      await look()
      return received
    }
    await tellStory({ ...platform, mails }, secrets, look)
    await platform.settle()
    await look()
    const metrics = await (await fetch(`${platform.system.platform.adminUrl}/metrics`)).text()
    told = JSON.stringify([platform.system.logs, log.events, metrics])
  }, 60_000)
  afterAll(() => platform.close())

  test('was told at length, and every secret is one', () => {
    expect(platform.system.logs.length).toBeGreaterThan(40)
    expect(platform.system.logs.some(({ level }) => level === 'debug')).toBe(true)
    expect(Object.keys(secrets).length).toBeGreaterThan(20)
    for (const [name, secret] of Object.entries(secrets)) expect(secret.length, name).toBeGreaterThan(9)
  })

  test('left no secret in a log line, an event or a metric, and no hash of a password', () => {
    const found = Object.entries(secrets).filter(([name, secret]) => name !== 'direct hash' && isIn(told, secret))
    expect(found.map(([name]) => name)).toEqual([])
    const lines = JSON.stringify(platform.system.logs)
    expect(isIn(lines, secrets['direct hash'] ?? '')).toBe(false)
    expect(told).not.toContain('$argon2')
    expect(told).not.toContain(
      createHash('sha256')
        .update(secrets['access key'] ?? '')
        .digest('hex'),
    )
  })

  test('left none in a database, but where its owner needs it', () => {
    const kept = [...stored].flatMap(([table, text]) =>
      Object.entries(secrets).flatMap(([name, secret]) => (!keptPlain.has(name) && isIn(text, secret) ? [`${name} in ${table}`] : [])),
    )
    expect(kept).toEqual([])
    expect(stored.size).toBeGreaterThan(30)
    expect(stored.get('customer_customers')).toContain(secrets['first webhook secret'])
  })
})

/** As it is, and as it would stand inside JSON, an address or base64. */
function isIn(text: string, secret: string): boolean {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  return forms.some((form) => text.includes(form))
}

async function tellStory(platform: RunningPlatform, secrets: Secrets, look: () => Promise<void>): Promise<void> {
  secrets['password of the administrator'] = administrator.password
  const superAdmin = await logInSuperAdmin(platform)
  secrets['token of the administrator'] = superAdmin
  const { result } = await platform.system.client(gatewayContract).listSigningKeys({})
  secrets['signing key'] = result[0]?.key ?? ''
  const id = await signUp(platform, secrets)
  const steps = [
    () => signIn(platform, secrets),
    () => useKeys(platform, secrets),
    () => delegate(platform, superAdmin, id, secrets),
    () => rotateWebhookSecret(platform, id, secrets),
    () => resetPassword(platform, secrets),
    () => guess(platform, secrets),
    () => end(platform, secrets),
  ]
  for (const step of steps) {
    await look()
    await step()
  }
}

const end = (platform: RunningPlatform, secrets: Secrets) =>
  insist(platform, 'POST', '/auth/unregister', {
    bearer: secrets['new token'],
    json: { password: secrets['reset password'], immediate: true },
  })

const email = 'story@example.com'

async function signUp(platform: RunningPlatform, secrets: Secrets): Promise<string> {
  const form = { email, accepted_tos: true, name: 'Story', webhook_uri: platform.receiverUrl, webhook_method: 'POST' }
  const { customer, accesskey } = await insist<{ customer: { id: string }; accesskey: { token: string } }>(
    platform,
    'POST',
    '/auth/signup',
    { json: form },
  )
  secrets['access key'] = accesskey.token
  secrets['link of the verification'] = await latestLink(platform)
  await platform.send('GET', `/auth/email-verify?token=${secrets['link of the verification']}`)
  await insist(platform, 'POST', '/auth/email-verify', { json: { token: secrets['link of the verification'] } })
  return customer.id
}

async function signIn(platform: RunningPlatform, secrets: Secrets): Promise<void> {
  secrets['link of the invitation'] = await latestLink(platform)
  secrets['first password'] = 'the first password of the story'
  const json = { token: secrets['link of the invitation'], password: secrets['first password'] }
  await platform.send('GET', `/auth/password-reset?token=${json.token}`)
  await insist(platform, 'POST', '/auth/password-reset', { json })
  secrets['token'] = await logIn(platform, email, secrets['first password'])
  await insist(platform, 'GET', '/v1.0/me', { headers: { cookie: `token=${secrets['token']}` } })
  await insist(platform, 'GET', `/v1.0/me?token=${secrets['token']}`, {})
}

async function useKeys(platform: RunningPlatform, secrets: Secrets): Promise<void> {
  const key = secrets['access key'] ?? ''
  await insist(platform, 'GET', `/v1.0/tags?accesskey=${key}`, {})
  await insist(platform, 'GET', '/v1.0/tags', { headers: { cookie: `accesskey=${key}` } })
  await platform.send('GET', `/nowhere?accesskey=${key}`)
  const again = { 'idempotency-key': 'a key of the story' }
  const made = await insist<{ token: string }>(platform, 'POST', '/v1.0/accesskeys', {
    bearer: key,
    json: { expire: 3600 },
    headers: again,
  })
  const repeated = await insist<{ token: string }>(platform, 'POST', '/v1.0/accesskeys', {
    bearer: key,
    json: { expire: 3600 },
    headers: again,
  })
  expect(repeated).toEqual(made)
  secrets['second access key'] = made.token
}

async function delegate(platform: RunningPlatform, superAdmin: string, customer_id: string, secrets: Secrets): Promise<void> {
  const wish = { customer_id, reason: 'A story that is told' }
  const { token } = await insist<{ token: string }>(platform, 'POST', '/auth/delegate', { bearer: superAdmin, json: wish })
  secrets['token of a delegate'] = token
  secrets['password of a colleague'] = 'what a colleague signs in with'
  const colleague = { username: 'colleague@example.com', password: secrets['password of a colleague'], permission: 16 }
  const { id, direct_hash } = await insist<{ id: string; direct_hash: string }>(platform, 'POST', '/v1.0/agents', {
    bearer: token,
    json: colleague,
  })
  secrets['direct hash'] = direct_hash
  secrets['token of a colleague'] = await logIn(platform, colleague.username, colleague.password)
  secrets['token of a visitor'] = await visitorToken(platform, { delegate: token, id: customer_id }, ['x'])
  await platform.send('GET', '/v1.0/tags', { bearer: secrets['token of a visitor'] })
  await platform.send('POST', '/auth/boot', { json: { direct_hash } })
  secrets['other password of a colleague'] = 'what a colleague has now'
  await insist(platform, 'PUT', `/v1.0/agents/${id}/password`, {
    bearer: token,
    json: { password: secrets['other password of a colleague'] },
  })
}

async function rotateWebhookSecret(platform: RunningPlatform, id: string, secrets: Secrets): Promise<void> {
  const { webhook_secret } = await platform.system.client(customerContract).getWebhookSettings({ id })
  secrets['first webhook secret'] = webhook_secret
  const key = secrets['access key']
  const rotated = await insist<{ webhook_secret: string }>(platform, 'POST', '/v1.0/webhooks/rotate-secret', { bearer: key, json: {} })
  secrets['second webhook secret'] = rotated.webhook_secret
  await insist(platform, 'POST', '/v1.0/webhooks/test', { bearer: key, json: {} })
}

async function resetPassword(platform: RunningPlatform, secrets: Secrets): Promise<void> {
  await insist(platform, 'POST', '/auth/password-forgot', { json: { username: email } })
  secrets['link of the reset'] = await latestLink(platform)
  secrets['reset password'] = 'the password after the reset'
  const json = { token: secrets['link of the reset'], password: secrets['reset password'] }
  await insist(platform, 'POST', '/auth/password-reset', { json })
  await platform.send('POST', '/auth/password-reset', { json })
  secrets['new token'] = await logIn(platform, email, secrets['reset password'])
}

/** What is refused is told of, too. */
async function guess(platform: RunningPlatform, secrets: Secrets): Promise<void> {
  const wrong = { password: 'a password that is wrong', key: `vb_${'wrong-'.repeat(5)}xx`, link: 'abcdef0123456789'.repeat(4) }
  secrets['wrong password'] = wrong.password
  secrets['wrong access key'] = wrong.key
  secrets['wrong link'] = wrong.link
  for (const username of [email, 'nobody@example.com', wrong.password])
    await platform.send('POST', '/auth/login', { json: { username, password: wrong.password } })
  await platform.send('POST', '/auth/login', { json: { username: email, password: [wrong.password] } })
  await platform.send('POST', '/auth/login', { headers: { 'content-type': 'application/json' }, json: wrong.password })
  await platform.send('POST', '/v1.0/agents', {
    bearer: secrets['new token'],
    json: { username: email, password: wrong.password, permission: 16 },
  })
  await platform.send('POST', '/auth/unregister', { bearer: secrets['new token'], json: { password: wrong.password } })
  await platform.send('GET', '/v1.0/tags', { bearer: wrong.key })
  await platform.send('GET', `/v1.0/tags/${wrong.key}?accesskey=${wrong.key}`)
  await platform.send('GET', `/v1.0/tags?page_token=${wrong.key}`, { bearer: secrets['access key'] })
  await platform.send('GET', '/v1.0/me', { bearer: secrets['token'] })
  await platform.send('GET', `/auth/email-verify?token=${wrong.link}0`)
  for (const path of ['/auth/email-verify', '/auth/password-reset'])
    await platform.send('POST', path, { json: { token: wrong.link, password: wrong.password } })
}

async function latestLink(platform: RunningPlatform): Promise<string> {
  return (await platform.mails()).at(-1)?.token ?? ''
}
