import { type ApiEntry, parseApiKey } from '@voipbin/contracts/api'
import { type Contract, methodDeclaration, type ObjectSchema } from '@voipbin/contracts/contract'
import { customRoutes } from '@voipbin/contracts/gateway'

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

export const isOpen = ({ entry }: Pick<Operation, 'entry'>): boolean => entry.identity?.includes('none') ?? false

/** `/v1.0/tags/:id/x`, `{ id: 'a' }` → `/v1.0/tags/a/x` */
export const fill = (url: string, values: Readonly<Record<string, string>>): string =>
  url.replace(/:([a-z_]+)/g, (_all, name: string) => values[name] ?? '')
