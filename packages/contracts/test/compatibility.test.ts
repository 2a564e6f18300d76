import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Contract, defineContract, mutation, query } from '../src/contract.ts'
import { entity } from '../src/entity.ts'
import { customRoutes } from '../src/gateway.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from '../src/page.ts'
import { Admin, AdminOrManager, All } from '../src/permission.ts'
import { tag, tagContract } from '../src/tag.ts'
import { type ApiDocument, readApiDocument } from './api-document.ts'
import { compareApi } from './compare-api.ts'
import { toldDifferences } from './deliberate.ts'
import { loadContracts } from './load-contracts.ts'
import { renderCompatibility, summary } from './render-compatibility.ts'

const root = join(import.meta.dirname, '../../..')

describe('the public API', () => {
  let document: ApiDocument
  let contracts: readonly Contract[]
  beforeAll(async () => {
    document = readApiDocument(root)
    contracts = await loadContracts(root)
  })
  const contradictions = (changed: Contract) =>
    Object.fromEntries(
      compareApi(document, [changed], [])
        .filter(({ contradictions: found }) => found.length > 0)
        .map(({ operation, contradictions: found }) => [operation.id, found]),
    )
  const changedTag = (key: string, change: object): Contract => ({
    ...tagContract,
    api: { ...tagContract.api, [key]: { ...tagContract.api[key as 'GET /tags'], ...change } } as Contract['api'],
  })

  test('contradicts the original nowhere', () => {
    const verdicts = compareApi(document, contracts, customRoutes)
    process.stdout.write(`${summary(verdicts)}\n`)
    expect(verdicts).toHaveLength(410)
    const found = verdicts.flatMap(({ operation, contradictions: each }) =>
      each.map((difference) => `${operation.method} ${operation.path}: ${difference}`),
    )
    expect(found).toEqual([])
  })

  test('the differences that are told are there', () => {
    const verdicts = compareApi(document, contracts, customRoutes)
    for (const id of Object.keys(toldDifferences)) expect(verdicts.find(({ operation }) => operation.id === id)?.state, id).toBe('fits')
  })

  test('operations of the original are found whatever their path parameters are called', () => {
    expect(compareApi(document, [tagContract], []).filter(({ state }) => state === 'fits')).toHaveLength(7)
    expect(compareApi(document, [], ['GET /ws']).find(({ operation }) => operation.path === '/ws')?.state).toBe('custom')
  })

  const changes: readonly { what: string; key: string; change: object; found: Record<string, string[]> }[] = [
    { what: 'another permission', key: 'POST /tags', change: { permission: Admin }, found: { PostTags: ['permission is 32, not 96'] } },
    {
      what: 'a permission of everybody',
      key: 'GET /tags/:id',
      change: { permission: All },
      found: { GetTagsId: ['permission is 65535, not 96'] },
    },
    { what: 'no pages', key: 'GET /tags', change: { page: undefined }, found: { GetTags: ['it has no pages'] } },
    {
      what: 'other pages',
      key: 'GET /tags',
      change: { page: { default: 50, max: 100 } },
      found: { GetTags: ['pages are 50 to 100, not 100 to 100'] },
    },
    { what: 'another status', key: 'POST /tags', change: { status: 201 }, found: { PostTags: ['status is 201, not 200'] } },
    { what: 'only agents', key: 'GET /tags', change: { identity: ['agent'] }, found: { GetTags: ['only agents may call it'] } },
    {
      what: 'not only agents',
      key: 'GET /service_agents/tags',
      change: { identity: undefined },
      found: { GetServiceAgentsTags: ['not only agents may call it'] },
    },
    {
      what: 'direct tokens',
      key: 'GET /tags',
      change: { direct: 'aicall' },
      found: { GetTags: ['direct tokens reach it with "aicall", not ""'] },
    },
    { what: 'another answer', key: 'GET /tags/:id', change: { answer: 'html' }, found: { GetTagsId: ['it answers with html, not json'] } },
    { what: 'a form', key: 'POST /tags', change: { body: 'multipart' }, found: { PostTags: ['the body is multipart'] } },
  ]
  test.each(changes)('$what of $key: a contradiction', ({ key, change, found }) => {
    expect(contradictions(changedTag(key, change))).toEqual(found)
  })

  test('fields that are missing or of another type are contradictions, in bodies and answers, lists and singles', () => {
    const poor = entity('tag', { name: z.int(), title: z.string() }, { get: 'getTag' })
    const contract = defineContract({
      service: 'tag',
      events: {},
      methods: {
        listTags: query(pageOfCustomer, pageOf(poor)),
        getTag: query(byId, poor),
        createTag: mutation(ofCustomer(z.object({ name: z.boolean() })), tag),
      },
      api: {
        'GET /tags': { method: 'listTags', permission: AdminOrManager, page: { default: 100, max: 100 } },
        'GET /tags/:id': { method: 'getTag', permission: AdminOrManager, owned: { id: 'tag' } },
        'POST /tags': { method: 'createTag', permission: AdminOrManager },
      },
    })
    expect(contradictions(contract)).toEqual({
      GetTags: ['answer: no "result[].detail"', 'answer: "result[].name" is integer, not string'],
      GetTagsId: ['answer: no "detail"', 'answer: "name" is integer, not string'],
      PostTags: ['body: no "detail"', 'body: "name" is boolean, not string'],
    })
  })

  test('an optional field that we demand is told', () => {
    const contract = contracts.find(({ service }) => service === 'customer')
    const verdict = compareApi(document, contract ? [contract] : [], []).find(({ operation }) => operation.id === 'PostAccesskeys')
    expect(verdict?.notes).toEqual(['asks for `expire`'])
  })

  test('the page tells every operation and is the same each time', async () => {
    const page = await renderCompatibility(root)
    expect(page.match(/^\| `(GET|POST|PUT|PATCH|DELETE) /gm)).toHaveLength(410)
    expect(page).toContain('| `GET /tags/{id}` | fits |')
    expect(await renderCompatibility(root)).toBe(page)
  })
})
