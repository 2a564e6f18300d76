import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadContracts } from '../../src/services.ts'
import { rightfulOf } from './attacks.ts'
import { bodySchemaOf, createJudge, type DescribedOperation, describedAs, type Judge } from './document.ts'
import { createGenerator, createRandom, type Generator, type Random } from './generate.ts'
import { createBody, createHeaders, createId, createQuery, type Sending } from './hostile.ts'
import { fill, isOpen, type Operation, operationsOf, routeNames, routeOf } from './operations.ts'
import { createRows, type Ids, type Rows } from './rows.ts'
import { type RunningPlatform, startEverything } from './running-platform.ts'
import { logInSuperAdmin, makeTenant, type Tenant } from './tenants.ts'

vi.mock('@node-rs/argon2', async () => (await import('./argon2-work.ts')).cheapArgon2())

const REQUESTS = 200
const AT_ONCE = 20
const SEED = 20_260_131

const operations = operationsOf(await loadContracts())
const names = [...operations.map(({ name }) => name), ...routeNames]

type Shot = {
  readonly number: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly sending: Sending
}
type Outcome = { readonly status: number; readonly reason: string; readonly fault: string | undefined }
type Shooter = { readonly tenant: Tenant | undefined; readonly bearer: string | undefined; readonly ids: Ids }

/** The same requests at every run: all that is random comes from the operation's name and the number of the request. */
describe('whatever is sent, no operation fails, and each answer is one that the document describes', () => {
  let platform: RunningPlatform
  let generator: Generator
  let judge: Judge
  let rows: Rows
  let superAdmin: string
  let readers: Tenant
  const neverDone: string[] = []

  beforeAll(async () => {
    platform = await startEverything()
    const { document, receiverUrl: uri } = platform
    judge = createJudge(document)
    generator = createGenerator({ document, judge, uri })
    superAdmin = await logInSuperAdmin(platform)
    readers = await makeTenant(platform, superAdmin)
    rows = createRows({ platform, operations, generator, superAdmin })
  }, 60_000)
  afterAll(() => platform.close())

  /** Reading leaves a tenant as it is; whoever writes gets one of its own. */
  async function newShooter(operation: Operation): Promise<Shooter> {
    if (isOpen(operation)) return { tenant: undefined, bearer: undefined, ids: {} }
    const tenant = operation.verb === 'GET' ? readers : await makeTenant(platform, superAdmin)
    return { tenant, bearer: rightfulOf(operation, tenant) ?? superAdmin, ids: await rows.idsFor(operation, tenant) }
  }

  /** Whoever has ended its own account or changed its own password is replaced, and so is what was deleted. */
  async function renew(operation: Operation, shooter: Shooter, outcomes: readonly Outcome[]): Promise<Shooter> {
    if (!shooter.tenant) return shooter
    if (outcomes.some(({ status, reason }) => status === 401 || reason === 'ACCOUNT_FROZEN')) return newShooter(operation)
    const isGone = operation.parameters.length > 0 && outcomes.filter(({ status }) => status === 404).length > AT_ONCE / 2
    return isGone ? { ...shooter, ids: await rows.idsFor(operation, shooter.tenant) } : shooter
  }

  function aim(operation: Operation, described: DescribedOperation, { ids }: Shooter, number: number): Shot {
    const random: Random = createRandom(SEED + number * 7919 + hashOf(operation.name))
    const path = fill(operation.url, Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, createId(id, random)])))
    const query = createQuery(
      (described.parameters ?? []).flatMap(({ name, in: place }) => (name && place === 'query' ? [name] : [])),
      random,
    )
    const none: Sending = { kind: 'no body', body: undefined, type: '' }
    const sending = operation.verb === 'GET' || random() < 0.02 ? none : createBody(bodySchemaOf(described), generator, random)
    return { number, path: `${path}${query}`, headers: createHeaders(random), sending }
  }

  async function shoot({ verb }: Operation, described: DescribedOperation, { bearer }: Shooter, shot: Shot): Promise<Outcome> {
    const { body, type } = shot.sending
    const headers = {
      ...shot.headers,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(type !== '' && { 'content-type': type }),
    }
    const response = await fetch(`${platform.url}${shot.path}`, {
      method: verb,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    const mediaType = response.headers.get('content-type') ?? ''
    const value: unknown = mediaType.startsWith('application/json') ? JSON.parse(text) : text
    const { status } = response
    const error = (value as { error?: { reason?: string } }).error
    const fault = status >= 500 ? text : judge.answerFault(described, { status, type: mediaType, body: value })
    return { status, reason: error?.reason ?? '', fault }
  }

  test.each(names)(
    '%s',
    async (name) => {
      const operation = operations.find((each) => each.name === name) ?? routeOf(platform.document, name)
      const described = describedAs(platform.document, name)
      if (!described) throw new TypeError(`The document does not describe "${name}"`)
      const wrong: string[] = []
      const seen = new Set<number>()
      let shooter = await newShooter(operation)
      for (let first = 0; first < REQUESTS; first += AT_ONCE) {
        const shots = Array.from({ length: AT_ONCE }, (_, index) => aim(operation, described, shooter, first + index))
        const outcomes = await Promise.all(shots.map((shot) => shoot(operation, described, shooter, shot)))
        for (const [index, { status, fault }] of outcomes.entries()) {
          seen.add(status)
          if (fault !== undefined) wrong.push(describeShot(shots[index], `${status} ${fault}`))
        }
        shooter = await renew(operation, shooter, outcomes)
      }
      expect(wrong.slice(0, 5)).toEqual([])
      if (![...seen].some((status) => status < 400)) neverDone.push(name)
    },
    60_000,
  )

  test('most were done at least once', () => {
    expect(neverDone.length, neverDone.join()).toBeLessThan(names.length / 4)
  })

  test('nothing of it stayed in the process, and no job failed of it', async () => {
    await platform.settle()
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    const { status } = await platform.send('GET', '/health/ready')
    expect(status).toBe(200)
    expect(platform.system.logs.filter(({ level }) => level === 'error')).toEqual([])
  }, 60_000)
})

const describeShot = (shot: Shot | undefined, fault: string): string =>
  `#${shot?.number} ${shot?.path.slice(0, 200)} ${JSON.stringify(shot?.headers)} ${shot?.sending.kind} ${String(shot?.sending.body).slice(0, 300)} → ${fault.slice(0, 500)}`

function hashOf(name: string): number {
  let hash = 0
  for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0
  return hash
}
