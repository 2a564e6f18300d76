import type { z } from 'zod'
import { type ApiEntry, parseApiKey } from '../src/api.ts'
import { type Contract, type MethodDeclaration, methodDeclaration } from '../src/contract.ts'
import { permissions } from '../src/permission.ts'
import { type ApiDocument, type ApiOperation, type ApiSchema, type Shape, shapeOf } from './api-document.ts'
import { compareShapes } from './compare-shapes.ts'
import { answersItself, toldDifferences } from './deliberate.ts'

/** fits: declared in a contract's API table. custom: a route of the gateway's own. */
export type State = 'fits' | 'custom' | 'not yet'
export type Verdict = {
  readonly operation: ApiOperation
  readonly state: State
  /** Where the declaration breaks what a client of the original relies on. */
  readonly contradictions: readonly string[]
  /** Where it asks more of a client, or differs on purpose. */
  readonly notes: readonly string[]
}

type Declared = { readonly entry: ApiEntry; readonly method: MethodDeclaration; readonly parameters: readonly string[] }

/** Holds every operation of the original against what the contracts declare. */
export function compareApi(document: ApiDocument, contracts: readonly Contract[], customRoutes: readonly string[]): readonly Verdict[] {
  const declared = collectDeclared(contracts)
  const custom = new Set(customRoutes.map((key) => normalKey(key.replace(' /v1.0/', ' /'))))
  return document.operations.map((operation) => {
    const key = normalKey(`${operation.method} ${operation.path}`)
    const ours = declared.get(key)
    if (ours) return judge(document, operation, ours)
    return { operation, state: custom.has(key) ? 'custom' : 'not yet', contradictions: [], notes: [] }
  })
}

/** Operations that only this platform has. */
export function additions(document: ApiDocument, contracts: readonly Contract[]): readonly string[] {
  const original = new Set(document.operations.map(({ method, path }) => normalKey(`${method} ${path}`)))
  return contracts.flatMap((contract) => Object.keys(contract.api)).filter((key) => !original.has(normalKey(key)))
}

function collectDeclared(contracts: readonly Contract[]): Map<string, Declared> {
  const declared = new Map<string, Declared>()
  for (const contract of contracts) {
    for (const [key, entry] of Object.entries(contract.api)) {
      const { parameters } = parseApiKey(key)
      declared.set(normalKey(key), { entry, method: methodDeclaration(contract, entry.method), parameters })
    }
  }
  return declared
}

/** What a path parameter is called is nobody's concern. */
const normalKey = (key: string) => key.replace(/\{[^}]*\}|:[a-z_]+/g, '{}')

function judge(document: ApiDocument, operation: ApiOperation, ours: Declared): Verdict {
  const found = [
    ...comparePermission(operation, ours.entry),
    ...compareIdentity(operation, ours.entry),
    ...comparePage(operation, ours.entry),
    ...compareStatus(operation, ours.entry),
    ...compareParameters(operation, ours),
    ...compareBody(document, operation, ours),
    ...compareAnswer(document, operation, ours),
  ]
  const told = toldDifferences[operation.id] ?? []
  return {
    operation,
    state: 'fits',
    contradictions: found.filter((difference) => !told.some(({ difference: known }) => known === difference)),
    notes: [...told.map(({ because }) => because), ...stricter(document, operation, ours)],
  }
}

const roles: Readonly<Record<string, number>> = {
  CustomerAgent: permissions.customerAgent,
  CustomerAdmin: permissions.customerAdmin,
  CustomerManager: permissions.customerManager,
  CustomerAll: permissions.customerAll,
  ProjectSuperAdmin: permissions.projectSuperAdmin,
  All: permissions.all,
  '(no mask check)': permissions.none,
  None: permissions.none,
}

/** Superadmins pass every mask, so a mask that names them beside others is the same without them. */
function maskOf(text: string): number {
  const mask = text.split('|').reduce((sum, role) => sum | (roles[role] ?? 0), 0)
  const others = mask & ~permissions.projectSuperAdmin
  return others === 0 || mask === permissions.all ? mask : others
}

function comparePermission({ perm }: ApiOperation, { permission }: ApiEntry): string[] {
  if (!perm) return []
  const masks = perm.map(maskOf)
  return masks.includes(permission) ? [] : [`permission is ${permission}, not ${masks.join(' or ')}`]
}

function compareIdentity(operation: ApiOperation, { identity, direct = [] }: ApiEntry): string[] {
  if (answersItself(operation)) return []
  const isAgentOnly = identity?.length === 1 && identity[0] === 'agent'
  if (operation.agent_token_only) return isAgentOnly ? [] : ['not only agents may call it']
  const found = isAgentOnly ? ['only agents may call it'] : []
  const types = typeof direct === 'string' ? [direct] : direct
  const wanted = typeof operation.direct_token === 'string' ? [operation.direct_token] : []
  if (operation.direct_token !== undefined && wanted.join() !== types.join()) {
    found.push(`direct tokens reach it with "${types.join()}", not "${wanted.join()}"`)
  }
  return found
}

function comparePage({ page }: ApiOperation, { page: ours }: ApiEntry): string[] {
  if (!page) return []
  if (!ours) return ['it has no pages']
  const { default: size = 100, max = 100 } = page
  return ours.default === size && ours.max === max ? [] : [`pages are ${ours.default} to ${ours.max}, not ${size} to ${max}`]
}

function compareStatus(operation: ApiOperation, { status, answer }: ApiEntry): string[] {
  const wanted = successOf(operation)
  const byDefault = answer === 'redirect' ? 307 : answer === 'websocket' ? 101 : 200
  const ours = status ?? byDefault
  return wanted === undefined || wanted === ours ? [] : [`status is ${ours}, not ${wanted}`]
}

function successOf({ responses, gateway_sends }: ApiOperation): number | undefined {
  const statuses = [...(gateway_sends ?? []), ...Object.keys(responses)].map(Number)
  return statuses.find((status) => status < 400)
}

const credentialNames: ReadonlySet<string> = new Set(['token', 'accesskey'])

function compareParameters(operation: ApiOperation, { method }: Declared): string[] {
  const inQuery = (operation.params ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name)
  const asked = inQuery.filter((name) => !credentialNames.has(name) || answersItself(operation))
  return asked.filter((name) => name !== 'accesskey' && !(name in method.input.shape)).map((name) => `no query parameter "${name}"`)
}

function bodyOf(document: ApiDocument, { body }: ApiOperation): Shape | undefined {
  const schema = Object.values(body ?? {})[0]
  return schema === undefined ? undefined : shapeOf(document, schema)
}

function compareBody(document: ApiDocument, operation: ApiOperation, { entry, method }: Declared): string[] {
  const expected = bodyOf(document, operation)
  if (!expected) return []
  const isForm = Object.keys(operation.body ?? {}).includes('multipart/form-data')
  if (isForm !== (entry.body === 'multipart')) return [`the body is ${entry.body ?? 'json'}`]
  const withoutFile: Shape = {
    ...expected,
    fields: () => new Map([...(expected.fields?.() ?? [])].filter(([name]) => !isForm || name !== 'file')),
  }
  return compareShapes(withoutFile, method.input, 'input').map((difference) => `body: ${difference}`)
}

function compareAnswer(document: ApiDocument, operation: ApiOperation, { entry, method }: Declared): string[] {
  const schema = operation.responses[String(successOf(operation))] ?? Object.values(operation.responses)[0]
  const kind = answerKindOf(operation, schema)
  if (kind !== (entry.answer ?? 'json')) return [`it answers with ${entry.answer ?? 'json'}, not ${kind}`]
  if (kind !== 'json' || schema === null || schema === undefined || schema === 'object') return []
  return compareShapes(shapeOf(document, schema), method.output, 'output').map((difference) => `answer: ${difference}`)
}

function answerKindOf(operation: ApiOperation, schema: ApiSchema | null | undefined): NonNullable<ApiEntry['answer']> {
  if ('307' in operation.responses) return 'redirect'
  if ('101' in operation.responses) return 'websocket'
  if (typeof schema === 'object' && schema !== null) {
    if ('text/html' in schema) return 'html'
    if ('application/octet-stream' in schema) return 'stream'
  }
  return 'json'
}

/** What a client of the original may leave out and ours may not. */
function stricter(document: ApiDocument, operation: ApiOperation, { method }: Declared): string[] {
  const expected = bodyOf(document, operation)
  const shape = method.input.shape as Readonly<Record<string, z.ZodType>>
  const optional = [...(expected?.fields?.() ?? [])].filter(([, field]) => !field.isRequired).map(([name]) => name)
  const demanded = optional.filter((name) => shape[name] && !shape[name].safeParse(undefined).success)
  return demanded.map((name) => `asks for \`${name}\``)
}
