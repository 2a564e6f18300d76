import type { Contract, EventPayload, EventType, MethodInput, MethodName, MethodOutput, NodeContract } from '@voipbin/contracts/contract'
import type { Kit, Listening } from './define-service.ts'
import type { Watch } from './listener.ts'
import type { Settings, SettingValues } from './settings.ts'

/** Which node this is, and which of its lives: everything it held in an earlier one is gone. */
export type NodeIdentity = { readonly id: string; readonly epoch: string }

export type NodeEvent<C extends Contract, E extends EventType<C>> = {
  readonly customer_id: string
  /** What the event tells of, and its count of events so far. */
  readonly resource_id: string
  readonly sequence: number
  readonly data: EventPayload<C, E>
}

export type NodeKit<C extends Contract, S extends Settings> = Kit<S> & {
  readonly node: NodeIdentity
  /** Takes an event at once; published in order as soon as the bus takes it. @throws TypeError where it is not as declared */
  readonly publish: <E extends EventType<C>>(type: E, event: NodeEvent<C, E>) => void
  /** Resolves when the bus holds all that was published, else never: only then may be forgotten what was told of. */
  readonly published: () => Promise<void>
}

/** A node's state is its own, so its methods need nothing beside the input. */
export type NodeAnswers<C extends Contract> = {
  readonly [M in MethodName<C>]: (input: MethodInput<C, M>) => Promise<MethodOutput<C, M>>
}

export type NodeParts<C extends Contract> = {
  readonly methods: NodeAnswers<C>
  readonly watches?: readonly Watch[]
  /** Opens servers once the node answers on the bus. */
  readonly listen?: () => Promise<Listening>
  /** Asked to end: takes nothing new and lets go of what it has, telling of each. Called before `close` of what listens. */
  readonly drain?: () => Promise<void>
}

export type NodeDefinition<C extends Contract, S extends Settings> = {
  readonly contract: C
  readonly config: S
  /** Its name among the nodes of this contract, the same after a restart. */
  readonly nodeId: (config: SettingValues<S>) => string
  readonly start: (kit: NodeKit<C, S>) => NodeParts<C> | Promise<NodeParts<C>>
}

export type AnyNode = {
  readonly kind: 'node'
  readonly contract: Contract
  readonly config: Settings
  readonly nodeId: (config: SettingValues<Settings>) => string
  readonly start: (kit: NodeKit<Contract, Settings>) => Promise<AnyNodeParts>
}
export type AnyNodeParts = Omit<NodeParts<Contract>, 'methods'> & {
  readonly methods: Readonly<Record<string, (input: never) => Promise<unknown>>>
}

/** A service that keeps no tables: what it holds lives and dies with its process, and it is asked by the name of its node. */
export function defineNode<C extends NodeContract, S extends Settings>(definition: NodeDefinition<C, S>): AnyNode {
  return {
    kind: 'node',
    contract: definition.contract,
    config: definition.config,
    nodeId: (config) => definition.nodeId(config as SettingValues<S>),
    start: async (kit) => (await definition.start(kit as unknown as NodeKit<C, S>)) as AnyNodeParts,
  }
}
