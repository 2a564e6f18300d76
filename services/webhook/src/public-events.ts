import { type Contract, eventDeclaration } from '@voipbin/contracts/contract'
import { compileProjection, type Projection } from '@voipbin/contracts/project'

export type PublicEvent = { readonly publisher: string; readonly type: string; readonly project: Projection }

/** Every event of the platform that customers may see, and how to leave out of it what they may not. */
export const publicEventsOf = (contracts: readonly Contract[]): PublicEvent[] =>
  contracts.flatMap((contract) =>
    Object.keys(contract.events).flatMap((type) => {
      const declaration = eventDeclaration(contract, type)
      if (!declaration.public) return []
      return [{ publisher: contract.service, type, project: compileProjection(declaration.payload, ['internal', 'secret']) }]
    }),
  )
