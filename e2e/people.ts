import { createHash, randomUUID } from 'node:crypto'
import { readMails } from '@voipbin/test-kit'
import { type HttpAnswer, json, send } from './http.ts'
import { until } from './scene.ts'
import type { World } from './world.ts'

/** The administrator of the platform that the first start makes. */
export const ADMIN = { username: 'admin@localhost', password: 'the operator knows' }
/** For worlds in which people sign in: all of them come from this machine, and say through a proxy where they sit. */
export const peopleEnv = {
  VOIPBIN_ADMIN_USERNAME: ADMIN.username,
  VOIPBIN_ADMIN_PASSWORD: ADMIN.password,
  VOIPBIN_TRUSTED_PROXIES: '127.0.0.1',
  VOIPBIN_RATE_LIMIT_AUTH_PUBLIC_RPS: '0',
  VOIPBIN_RATE_LIMIT_AUTH_PROTECTED_RPS: '0',
}

/** Somebody who has signed up, answered the mail, set a password and signed in. */
export type Person = {
  readonly email: string
  readonly password: string
  readonly customer_id: string
  /** Of the sign-up. */
  readonly accessKey: string
  readonly agent_id: string
  readonly token: string
}
export type SignUp = { readonly customer: { readonly id: string; readonly status: string }; readonly accesskey: { readonly token: string } }

const PASSWORD = 'correct horse'

export const postSignUp = (world: World, email: string): Promise<SignUp> =>
  json(world, { method: 'POST', path: '/auth/signup', body: { email, name: 'Ann', accepted_tos: true }, accessKey: '' })

export const postAuth = <T>(world: World, what: string, body: object): Promise<T> =>
  json(world, { method: 'POST', path: `/auth/${what}`, body, accessKey: '' })

export async function signUp(world: World): Promise<Person> {
  const email = `${randomUUID()}@example.com`
  const { customer, accesskey } = await postSignUp(world, email)
  await postAuth(world, 'email-verify', { token: await mailedToken(world, email, 'Confirm your e-mail address') })
  await postAuth(world, 'password-reset', { token: await mailedToken(world, email, 'Set your password'), password: PASSWORD })
  const token = await signIn(world, email, PASSWORD)
  const { id: agent_id } = claimsOf(token).agent
  return { email, password: PASSWORD, customer_id: customer.id, accessKey: accesskey.token, agent_id, token }
}

/** One attempt, whatever comes of it. Each username has a network of its own, unless `from` says where it is tried. */
export const tryToSignIn = (world: World, username: string, password: string, from = networkOf(username)): Promise<HttpAnswer> =>
  send(world, {
    ...{ method: 'POST', path: '/auth/login', body: { username, password }, accessKey: '' },
    headers: { 'x-forwarded-for': from },
  })

/** @throws Error for a refusal */
export async function signIn(world: World, username: string, password: string): Promise<string> {
  const { status, text } = await tryToSignIn(world, username, password)
  if (status !== 200) throw new Error(`"${username}" cannot sign in: ${status} ${text}`)
  return (JSON.parse(text) as { token: string }).token
}

/** @returns the token of a superadmin who acts for that customer */
export async function delegateTo(world: World, customer_id: string): Promise<string> {
  const accessKey = await signIn(world, ADMIN.username, ADMIN.password)
  const body = { customer_id, reason: 'ticket 4711, wrong numbers' }
  return (await json<{ token: string }>(world, { method: 'POST', path: '/auth/delegate', body, accessKey })).token
}

/** An address of the block that RFC 2544 keeps for measurements. */
function networkOf(username: string): string {
  const [one = 0, two = 0] = createHash('sha256').update(username).digest()
  return `198.18.${one}.${two}`
}

export const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly type: string
    readonly exp: number
    readonly agent: { readonly id: string; readonly customer_id: string }
  }

/** The token of the last mail of that subject; whichever process has sent it. */
export async function mailedToken(world: World, to: string, subject: string): Promise<string> {
  let found: string | undefined
  await until(async () => {
    found = (await mailsTo(world, to)).findLast((mail) => mail.subject === subject)?.token
    return found !== undefined
  }, `a mail "${subject}" to ${to}`)
  return found ?? ''
}

export async function mailsTo(world: World, to: string) {
  const folders = new Set(world.processes.map(({ plan }) => plan.folder))
  const all = await Promise.all([...folders].map((folder) => readMails(folder)))
  return all.flat().filter((mail) => mail.to === to)
}
