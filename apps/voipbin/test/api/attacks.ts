import { FROZEN_MS } from '@voipbin/contracts/customer'
import { NIL_ID, refOf, unwrap } from '@voipbin/contracts/fields'
import { isPermitted } from '@voipbin/contracts/permission'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { z } from 'zod'
import type { Cast } from './cast.ts'
import { fill, type Operation } from './operations.ts'
import type { Answered, RunningPlatform, Sent } from './running-platform.ts'
import type { Member, Tenant } from './tenants.ts'

type Ids = Readonly<Record<string, string>>
/** An operation with ids and a body that would do. */
export type Target = {
  readonly operation: Operation
  readonly own: Ids
  readonly foreign: Ids
  readonly gone: Ids
  readonly body: unknown /** Something of another tenant's, by entity. */
  readonly foreignRows: ReadonlyMap<string, string>
}
type Refusal = { readonly status: number; readonly reason: string; readonly field?: string; readonly details?: object }
export type Attack = {
  readonly what: string
  readonly verb: string
  readonly path: string
  readonly sent: Sent
  readonly refusal: Refusal
  /** The same with an id that nobody has: it must be answered alike, after the same work. */
  readonly twin?: { readonly path: string; readonly sent: Sent; readonly id: string; readonly twinsId: string }
}

const invalid: Refusal = { status: 401, reason: 'INVALID_CREDENTIALS' }
const denied: Refusal = { status: 403, reason: 'PERMISSION_DENIED' }
const notFound: Refusal = { status: 404, reason: 'RESOURCE_NOT_FOUND' }
const noVisitors: Refusal = { status: 403, reason: 'DIRECT_ACCESS_NOT_SUPPORTED' }
const agentsOnly: Refusal = { status: 403, reason: 'AGENT_AUTH_REQUIRED' }

/** Every attack on an operation with the refusal that is documented for it; all of it follows from its entry in the contract. */
export function attacksOn(target: Target, cast: Cast): readonly Attack[] {
  return [
    ...byCredential(target, cast),
    ...byPermission(target, cast),
    ...byFreeze(target, cast),
    ...byId(target, cast),
    ...byReference(target, cast),
  ]
}

const pathOf = ({ operation, own }: Target, ids: Ids = {}) => fill(operation.url, { ...own, ...ids })

function withBearer(target: Target, bearer: string | undefined, what: string, refusal: Refusal): Attack {
  return { what, verb: target.operation.verb, path: pathOf(target), sent: { bearer, json: target.body }, refusal }
}

function byCredential(target: Target, { broken, acme }: Cast): Attack[] {
  const at = (what: string, sent: Sent, query = ''): Attack => ({
    ...withBearer(target, undefined, what, invalid),
    ...{ path: `${pathOf(target)}${query}`, sent: { ...sent, json: target.body } },
  })
  const [one = ''] = Object.values(broken)
  return [
    withBearer(target, undefined, 'without a credential', { status: 401, reason: 'AUTHENTICATION_REQUIRED' }),
    {
      ...at('with a credential of another scheme', { headers: { authorization: `Basic ${btoa('a:b')}` } }),
      refusal: { status: 401, reason: 'AUTHENTICATION_REQUIRED' },
    },
    ...Object.entries(broken).map(([what, bearer]) => withBearer(target, bearer, `with ${what}`, invalid)),
    at('with a bad token as a cookie, and a good one behind it', { headers: { cookie: `token=${one}` }, bearer: acme.admin.token }),
    at('with a bad token in the query, and a good one behind it', { bearer: acme.admin.token }, `?token=${one}`),
    at('with a bad access key as a cookie', { headers: { cookie: 'accesskey=vb_bad' } }),
    at('with a bad access key in the query', {}, '?accesskey=vb_bad'),
  ]
}

/** What an entry says of a caller; undefined where it lets it in. */
function judge({ entry }: Operation, kind: 'agent' | 'accesskey' | 'delegate', permission: number): Refusal | undefined {
  const allowed: readonly string[] = entry.identity ?? ['agent', 'accesskey', 'delegate']
  if (!allowed.includes(kind)) return allowed.join() === 'agent' ? agentsOnly : denied
  return isPermitted(permission, entry.permission) ? undefined : denied
}

const ADMIN = 32

function byPermission(target: Target, { acme, other, visitor }: Cast): Attack[] {
  const { operation } = target
  const members = ({ admin, manager, agent, nobody }: Tenant) => Object.entries({ admin, manager, agent, nobody })
  const asMember =
    (whose: string) =>
    ([role, { token, permission }]: readonly [string, Member]) =>
      ({ what: `as ${role} of ${whose}`, token, refusal: judge(operation, 'agent', permission) }) as const
  const callers = [
    ...members(acme).map(asMember('the tenant')),
    ...members(other).map(asMember('another tenant')),
    ...[acme, other].flatMap(({ key, delegate }) => [
      { what: 'with an access key', token: key, refusal: judge(operation, 'accesskey', ADMIN) },
      { what: 'as a delegate', token: delegate, refusal: judge(operation, 'delegate', ADMIN) },
    ]),
    { what: 'as a visitor', token: visitor, refusal: operation.entry.identity?.includes('direct') ? undefined : noVisitors },
  ]
  return callers.flatMap(({ what, token, refusal }) => (refusal ? [withBearer(target, token, what, refusal)] : []))
}

/** Told before anything else of the caller is; not under /auth, where the freeze is taken back. */
function byFreeze(target: Target, { frozen, frozenAt }: Cast): Attack[] {
  if (target.operation.url.startsWith('/auth/')) return []
  const deletion_effective_at = addMilliseconds(frozenAt, FROZEN_MS)
  const details = { deletion_scheduled_at: frozenAt, deletion_effective_at, recovery_endpoint: '/auth/unregister' }
  const refusal = { status: 403, reason: 'ACCOUNT_FROZEN', details }
  const callers = { admin: frozen.admin.token, nobody: frozen.nobody.token, 'access key': frozen.key, delegate: frozen.delegate }
  return Object.entries(callers).map(([what, token]) => withBearer(target, token, `as ${what} of a frozen customer`, refusal))
}

/** Somebody of the tenant who may do it; undefined where only the platform's operators may. */
export function rightfulOf({ entry }: Operation, tenant: Tenant): string | undefined {
  const { admin, manager, key } = tenant
  const takesKeys = entry.identity?.includes('accesskey') ?? true
  if (takesKeys && isPermitted(ADMIN, entry.permission)) return key
  return [admin, manager].find(({ permission }) => isPermitted(permission, entry.permission))?.token
}

/** A word, such as `calls`, is none. */
function isId({ input }: Operation, parameter: string): boolean {
  const schema = (input.shape as Readonly<Record<string, z.ZodType>>)[parameter]
  return schema !== undefined && (unwrap(schema).def as { format?: string }).format === 'guid'
}

function byId(target: Target, { acme, superAdmin }: Cast): Attack[] {
  const { operation, own, foreign, gone, body } = target
  const bearer = rightfulOf(operation, acme) ?? superAdmin
  return operation.parameters
    .filter((parameter) => isId(operation, parameter))
    .flatMap((parameter) => {
      const named = (id: string) => pathOf(target, { [parameter]: id })
      const attack = (what: string, id: string, refusal: Refusal): Attack => ({
        ...{ what: `${parameter} ${what}`, verb: operation.verb, path: named(id), sent: { bearer, json: body }, refusal },
      })
      const twinsId = crypto.randomUUID()
      const alike = (what: string, id: string | undefined): Attack[] =>
        id === undefined
          ? []
          : [{ ...attack(what, id, notFound), twin: { path: named(twinsId), sent: { bearer, json: body }, id, twinsId } }]
      const isOwned = operation.entry.owned?.[parameter] !== undefined
      return [
        attack('nil', NIL_ID, { status: 400, reason: 'INVALID_ID', field: parameter }),
        attack('that is no id', "x'--", { status: 400, reason: 'INVALID_ID', field: parameter }),
        attack('of nobody', twinsId, notFound),
        ...(isOwned ? [...alike('of another tenant', foreign[parameter]), ...alike('that is deleted', gone[parameter])] : []),
        ...(isOwned && typeof body === 'object'
          ? [
              {
                ...attack('of the body, not the path', own[parameter] ?? '', { status: 400, reason: 'INVALID_ARGUMENT', field: parameter }),
                sent: { bearer, json: { ...body, [parameter]: foreign[parameter] } },
              },
            ]
          : []),
      ]
    })
}

/** Ids in a body: another tenant's is as wrong as nobody's. */
function byReference(target: Target, { acme, superAdmin }: Cast): Attack[] {
  const { operation, body, foreignRows } = target
  const bearer = rightfulOf(operation, acme) ?? superAdmin
  return referencesOf(operation.input).flatMap(({ field, entity, isList }) => {
    const id = foreignRows.get(entity)
    const twinsId = crypto.randomUUID()
    const naming = (value: string | undefined) => ({ ...(body as object), [field]: isList ? [value] : value })
    const path = pathOf(target)
    const refusal = { status: 400, reason: 'INVALID_ARGUMENT', field: isList ? `${field}.0` : field }
    const twin = { path, sent: { bearer, json: naming(twinsId) }, id: id ?? '', twinsId }
    return [{ what: `${field} of another tenant`, verb: operation.verb, path, sent: { bearer, json: naming(id) }, refusal, twin }]
  })
}

type Reference = { readonly field: string; readonly entity: string; readonly isList: boolean }

/** Fields of an input that hold ids of others, and lists of them; the gateway's own tests look for deeper ones. */
export function referencesOf({ shape }: Operation['input']): readonly Reference[] {
  return Object.entries(shape as Readonly<Record<string, z.ZodType>>).flatMap(([field, schema]) => {
    const element = (unwrap(schema).def as unknown as { element?: z.ZodType }).element
    const entity = refOf(schema) ?? (element && refOf(element))
    return entity === undefined ? [] : [{ field, entity, isList: element !== undefined }]
  })
}

/** Does an attack. @returns where the answer is not the one that is documented */
export async function faultsOf(platform: RunningPlatform, attack: Attack): Promise<string[]> {
  // Once before it counts: who asks is remembered for a while, and the first of two would do more.
  if (attack.twin) await platform.send(attack.verb, attack.twin.path, attack.twin.sent)
  const work = watchWork(platform)
  const answer = await platform.send(attack.verb, attack.path, attack.sent)
  const done = work()
  const faults = refusalFaults(answer, attack.refusal)
  if (!attack.twin) return faults
  const { path, sent, id, twinsId } = attack.twin
  const twinsWork = watchWork(platform)
  const twin = await platform.send(attack.verb, path, sent)
  if (comparable(answer, id) !== comparable(twin, twinsId)) faults.push(`it tells itself from what never was: ${twin.status} ${twin.text}`)
  if (JSON.stringify(done) !== JSON.stringify(twinsWork())) faults.push(`its work tells it from what never was: ${JSON.stringify(done)}`)
  return faults
}

/** What services were asked and what of their databases was read, from now on. */
function watchWork({ requests, statements }: RunningPlatform) {
  const [from, since] = [requests.length, statements.length]
  return () => ({ requests: requests.slice(from), statements: statements.slice(since) })
}

function refusalFaults({ status, text, body, headers }: Answered, wanted: Refusal): string[] {
  const error = (body['error'] ?? {}) as Readonly<Record<string, unknown>>
  const details = error['details'] as readonly Readonly<Record<string, unknown>>[] | undefined
  const faults: string[] = []
  if (status !== wanted.status || error['reason'] !== wanted.reason)
    faults.push(`${status} ${text.slice(0, 300)} instead of ${wanted.status} ${wanted.reason}`)
  if (Object.keys(body).join() !== 'error') faults.push(`no envelope: ${text.slice(0, 300)}`)
  const keys = Object.keys(error).filter((key) => key !== 'details')
  if (keys.join() !== 'status,reason,message,request_id') faults.push(`the envelope has ${keys.join()}`)
  if (error['request_id'] !== headers.get('x-request-id')) faults.push('the request id is not that of the header')
  if (!headers.get('content-type')?.startsWith('application/json')) faults.push(`it is ${headers.get('content-type')}`)
  if (wanted.field !== undefined && details?.[0]?.['field'] !== wanted.field)
    faults.push(`it does not name ${wanted.field}: ${text.slice(0, 300)}`)
  if (wanted.details && JSON.stringify(details?.[0]) !== JSON.stringify(wanted.details))
    faults.push(`its details are ${JSON.stringify(details)}`)
  if (/\.ts:\d|node_modules|\bat .*:\d+:\d+|sqlite/i.test(text)) faults.push(`it shows what is behind: ${text.slice(0, 300)}`)
  return faults
}

/** All of an answer but what is different every time. */
function comparable({ status, text, headers }: Answered, id: string): string {
  const requestId = headers.get('x-request-id') ?? ''
  const others = [...headers].filter(([name]) => name !== 'date').sort()
  return `${status}\n${JSON.stringify(others)}\n${text}`.replaceAll(requestId, 'REQUEST').replaceAll(id, 'ID')
}
