import { type Contract, eventDeclaration } from '@voipbin/contracts/contract'
import { compileProjection, type Projection } from '@voipbin/contracts/project'

export type RecordedEvent = { readonly publisher: string; readonly type: string; readonly project: Projection }

/** Heartbeats of nodes are nobody's: every two seconds, without a customer. */
const isHeartbeat = (publisher: string, type: string) => publisher === 'switch' && type.startsWith('node.')
/** Where a switch keeps things is nothing to its customers. */
const ofTheSwitch: ReadonlySet<string> = new Set(['node_id', 'epoch', 'subject_id', 'seq', 'file'])

/** Every event of the platform, public or not, without what a customer may not see. */
export const recordedEventsOf = (contracts: readonly Contract[]): RecordedEvent[] =>
  contracts.flatMap((contract) =>
    Object.keys(contract.events)
      .filter((type) => !isHeartbeat(contract.service, type))
      .map((type) => {
        const project = compileProjection(eventDeclaration(contract, type).payload, ['internal', 'secret'])
        const ofNode: Projection = (data) => withoutNode(project(data))
        return { publisher: contract.service, type, project: contract.nodes ? ofNode : project }
      }),
  )

const withoutNode = (data: unknown): unknown =>
  Object.fromEntries(Object.entries(data as object).filter(([field]) => !ofTheSwitch.has(field)))
