import { type ApiEntry, parseApiKey } from '@voipbin/contracts/api'
import { type Contract, methodDeclaration, type ObjectSchema } from '@voipbin/contracts/contract'
import { customRoutes } from '@voipbin/contracts/gateway'
import { z } from 'zod'
import { type Document, describedAs } from './document.ts'

/** A public operation as its contract declares it. */
export type Operation = {
  /** `GET /v1.0/tags/:id` */
  readonly name: string
  readonly verb: string
  readonly url: string
  readonly parameters: readonly string[]
  readonly entry: ApiEntry
  readonly input: ObjectSchema
}

export const operationsOf = (contracts: readonly Contract[]): readonly Operation[] =>
  contracts.flatMap((contract) =>
    Object.entries(contract.api).map(([key, entry]) => {
      const { verb, url, parameters } = parseApiKey(key)
      return { name: `${verb} ${url}`, verb, url, parameters, entry, input: methodDeclaration(contract, entry.method).input }
    }),
  )

export const routeNames: readonly string[] = customRoutes

/** A route of the gateway's own, as the document describes it. */
export function routeOf(document: Document, name: string): Operation {
  const described = describedAs(document, name)
  if (!described) throw new TypeError(`The document does not describe "${name}"`)
  const [verb = '', url = ''] = name.split(' ')
  const identity = described['x-identity'] as NonNullable<ApiEntry['identity']>
  const entry: ApiEntry = { method: '', scope: 'project', permission: described['x-permission'], identity }
  return { name, verb, url, parameters: [], entry, input: z.object({}) }
}

export const isOpen = ({ entry }: Pick<Operation, 'entry'>): boolean => entry.identity?.includes('none') ?? false

/** `/v1.0/tags/:id/x`, `{ id: 'a' }` → `/v1.0/tags/a/x` */
export const fill = (url: string, values: Readonly<Record<string, string>>): string =>
  url.replace(/:([a-z_]+)/g, (_all, name: string) => values[name] ?? '')
