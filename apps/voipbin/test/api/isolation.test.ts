import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadContracts } from '../../src/services.ts'
import { type Attack, attacksOn, faultsOf, referencesOf, rightfulOf } from './attacks.ts'
import { type Cast, makeCast } from './cast.ts'
import { bodySchemaOf, createJudge, describedAs, formSchemaOf } from './document.ts'
import { createGenerator, type Generator } from './generate.ts'
import { fill, isOpen, type Operation, operationsOf, routeNames, routeOf } from './operations.ts'
import { createRows, type Rows } from './rows.ts'
import { type RunningPlatform, startEverything } from './running-platform.ts'
import { insist, makeTenant, reasonOf, type Tenant } from './tenants.ts'

vi.mock('@node-rs/argon2', async () => (await import('./argon2-work.ts')).cheapArgon2())

const operations = operationsOf(await loadContracts())
const guarded = operations.filter((operation) => !isOpen(operation))
const open = operations.filter(isOpen)

/** All of it follows from the contracts: an operation that is declared is attacked. */
describe('every operation', () => {
  let platform: RunningPlatform
  let cast: Cast
  let generator: Generator
  let rows: Rows
  const waiting: string[] = []
  const foreignRows = new Map<string, string>()

  beforeAll(async () => {
    platform = await startEverything()
    const { document, receiverUrl: uri } = platform
    generator = createGenerator({ document, judge: createJudge(document), uri })
    cast = await makeCast(platform)
    rows = createRows({ platform, operations, generator, superAdmin: cast.superAdmin })
    const entities = new Set(operations.flatMap(({ input }) => referencesOf(input).map(({ entity }) => entity)))
    for (const entity of entities) foreignRows.set(entity, await rows.make(entity, cast.other))
  }, 60_000)
  afterAll(() => platform.close())

  const bodyOf = ({ name }: Operation): unknown => {
    const described = describedAs(platform.document, name)
    const schema = described && bodySchemaOf(described)
    return schema && generator.plain(schema)
  }

  /** The same as a form, with a file in it. */
  function formOf({ name }: Operation): FormData | undefined {
    const described = describedAs(platform.document, name)
    const schema = described && formSchemaOf(described)
    if (!schema) return undefined
    const form = new FormData()
    const { file: _file, ...fields } = schema['properties'] as Record<string, unknown>
    for (const [field, value] of Object.entries(generator.plain({ ...schema, properties: fields }) as object))
      form.append(field, String(value))
    form.append('customer_id', cast.other.id)
    form.append('file', new Blob(['content']), 'a.txt')
    return form
  }

  async function attacksFor(operation: Operation): Promise<readonly Attack[]> {
    const ids = { own: await rows.idsFor(operation, cast.acme), foreign: await rows.idsFor(operation, cast.other) }
    const gone = await rows.deletedIdsFor(operation, cast.acme)
    await platform.settle()
    return attacksOn({ operation, ...ids, gone, foreignRows, body: bodyOf(operation) }, cast)
  }

  async function refuseAll(operation: Operation): Promise<void> {
    const attacks = await attacksFor(operation)
    const before = await platform.writes()
    const wrong: string[] = []
    for (const attack of attacks) {
      const faults = await faultsOf(platform, attack)
      for (const [name, count] of await platform.writes()) if (count !== before.get(name)) faults.push(`${name} has written`)
      if (faults.length > 0) wrong.push(`${attack.what}: ${faults.join(', ')}`)
    }
    expect(wrong).toEqual([])
    expect(attacks.length).toBeGreaterThanOrEqual(20)
    expect(before.size).toBeGreaterThan(10)
  }

  /** Nobody is asked for, so nothing depends on who it is. */
  async function takeNoNotice(operation: Operation): Promise<void> {
    const outcome = async (bearer?: string) => {
      const answer = await platform.send(operation.verb, operation.url, { bearer, json: bodyOf(operation) })
      return [answer.status, reasonOf(answer)]
    }
    const alone = await outcome()
    expect(alone[0]).not.toBe(401)
    for (const bearer of Object.values(cast.broken)) expect(await outcome(bearer)).toEqual(alone)
  }

  test('what is written is counted, which the attacks below must not be', async () => {
    const before = (await platform.writes()).get('tag')
    await insist(platform, 'POST', '/v1.0/tags', { bearer: cast.acme.key, json: { name: 'counted', detail: '' } })
    expect((await platform.writes()).get('tag')).toBeGreaterThan(before ?? Number.NaN)
  })

  test.each(guarded)('$name is refused to whoever may not, and writes nothing', refuseAll)

  test.each(open)('$name takes no notice of credentials', takeNoNotice)

  test.each(routeNames)('%s, a route of its own, does the one or the other', async (name) => {
    const route = routeOf(platform.document, name)
    await (isOpen(route) ? takeNoNotice(route) : refuseAll(route))
  })

  /** What was refused above is done here: ids, body and credential are not what it was refused for. */
  test.each(guarded)('$name is done for who may, and touches nothing of another tenant', async (operation) => {
    const tenant = await makeTenant(platform, cast.superAdmin)
    const ids = await rows.idsFor(operation, tenant)
    const bearer = rightfulOf(operation, tenant) ?? cast.superAdmin
    const fields = await rows.fieldsFor(operation, tenant)
    await platform.settle()
    const others = [cast.other, cast.acme]
    const before = await Promise.all(others.map(rowsOf))
    const form = formOf(operation)
    const json =
      form || operation.verb === 'GET' || operation.verb === 'DELETE'
        ? undefined
        : { ...(bodyOf(operation) as object), ...fields, customer_id: cast.other.id }
    const query = `?customer_id=${cast.other.id}`
    // Keys of others are others' keys, whatever they were used for.
    const headers = { 'idempotency-key': operation.entry.scope === 'project' ? operation.name : 'one that everybody uses' }
    const answer = await platform.send(operation.verb, `${fill(operation.url, ids)}${query}`, { bearer, json, form, headers })
    await platform.settle()
    const isDone = answer.status === (operation.entry.status ?? (operation.entry.answer === 'redirect' ? 307 : 200))
    // Reached, and refused for the state that it is in: nobody has frozen this one.
    if (!isDone) {
      waiting.push(operation.name)
      expect([answer.status, answer.text]).toEqual([409, expect.stringMatching('FAILED_PRECONDITION|ALREADY_EXISTS')])
    }
    expect(await Promise.all(others.map(rowsOf))).toEqual(before)
    expect(answer.text).not.toContain('IDEMPOTENCY')
    if (operation.entry.scope !== 'project') for (const { id } of others) expect(answer.text).not.toContain(id)
  })

  test('hardly any waited for a state', () => expect(waiting.length).toBeLessThan(guarded.length / 10))

  async function rowsOf({ id }: Tenant): Promise<string[]> {
    return [...(await platform.tables(id))].flatMap(([name, rows]) => rows.map((row) => `${name} ${JSON.stringify(row)}`))
  }
})
