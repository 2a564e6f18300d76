import type { AnyNode } from './define-node.ts'
import type { AnyTableService } from './define-service.ts'

/** What an app starts: any service, its types forgotten. */
export type AnyService = AnyTableService | AnyNode
