import { id, timestamp } from '@voipbin/contracts/fields'
import { formatTime } from '@voipbin/contracts/time'
import type { Clock } from '@voipbin/service-kit'
import { z } from 'zod'
import { type TokenType, tokenLifeMs } from './lifetimes.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Not every token is for us: delegates name whom they are meant for. */
const AUDIENCE = 'voipbin-api'
const ALGORITHM = 'HS256'
/** An agent with all its addresses fits many times over. */
const MAX_LENGTH = 65_536

const times = { iat: z.number(), exp: z.number(), expire: timestamp() }
/** When the password was set with which it was signed in; empty where none ever was. Another one since ends the token. */
const passwordTime = z.string()

const agentClaims = z.object({
  ...times,
  type: z.literal('agent'),
  agent: z.looseObject({ id: id(), customer_id: id() }),
  password_time: passwordTime,
})
const directClaims = z.object({
  ...times,
  type: z.literal('direct'),
  direct: z.object({
    customer_id: id(),
    resource_type: z.string(),
    resource_id: id(),
    allowed_resource_types: z.array(z.string()),
    /** With which it was asked for: renewed or deleted, and the token is over. */
    hash: z.string(),
  }),
})
const delegateClaims = z.object({
  ...times,
  type: z.literal('delegate'),
  sub: id(),
  aud: z.literal(AUDIENCE),
  jti: z.string(),
  customer_id: id(),
  password_time: passwordTime,
})
const claims = z.discriminatedUnion('type', [agentClaims, directClaims, delegateClaims])

/** What a genuine token says. */
export type Claims = z.output<typeof claims>
type Payloads = {
  readonly agent: Omit<z.input<typeof agentClaims>, keyof typeof times | 'type'>
  readonly direct: Omit<z.input<typeof directClaims>, keyof typeof times | 'type'>
  readonly delegate: Omit<z.input<typeof delegateClaims>, keyof typeof times | 'type' | 'aud'>
}

export type Issued = { readonly token: string; readonly expire: string; readonly lifeMs: number }
export type Tokens = {
  issue<T extends TokenType>(type: T, payload: Payloads[T]): Promise<Issued>
  /** Undefined for what we did not sign, what has expired, and what makes no sense. The promise rejects where no key can be read. */
  verify(token: string): Promise<Claims | undefined>
}

type Parts = { readonly keys: SigningKeys; readonly clock: Pick<Clock, 'now'> }

/** JSON Web Tokens (RFC 7519), HS256, each naming its key in `kid`. `expire` says what `exp` says, in the form of the original API. */
export function createTokens({ keys, clock }: Parts): Tokens {
  return {
    async issue(type, payload) {
      const { SignJWT } = await import('jose')
      const key = await keys.current()
      const nowSeconds = Math.floor(clock.now() / 1000)
      const expSeconds = nowSeconds + tokenLifeMs[type] / 1000
      const expire = formatTime(expSeconds * 1_000_000)
      const audience = type === 'delegate' ? { aud: AUDIENCE } : {}
      const token = await new SignJWT({ ...payload, ...audience, type, expire, iat: nowSeconds, exp: expSeconds })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: key.id })
        .sign(key.octets)
      return { token, expire, lifeMs: tokenLifeMs[type] }
    },
    async verify(token) {
      const genuine = token.length > MAX_LENGTH ? undefined : await verifySignature(token, keys, clock)
      const parsed = genuine && claims.safeParse({ ...genuine, type: genuine['type'] ?? 'agent' })
      return parsed?.data
    },
  }
}

async function verifySignature(token: string, keys: SigningKeys, clock: Pick<Clock, 'now'>) {
  const { jwtVerify, errors } = await import('jose')
  const kid = await keyIdOf(token)
  const key = kid === undefined ? undefined : await keys.find(kid)
  if (!key) return undefined
  try {
    return (await jwtVerify(token, key.octets, { algorithms: [ALGORITHM], currentDate: new Date(clock.now()) })).payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** What strangers send may be anything. */
async function keyIdOf(token: string): Promise<string | undefined> {
  const { decodeProtectedHeader } = await import('jose')
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
}
