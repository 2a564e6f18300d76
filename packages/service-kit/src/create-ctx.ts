import type { Database, Origin } from '@voipbin/sql'
import type { Ctx } from './answer.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

export type CtxParts = { readonly database: Database; readonly clock: Clock; readonly log: Logger }

/** What commands and outside jobs get; each transaction in it names its nested work after the one before. */
export function createCtx(parts: CtxParts, origin: Origin): Ctx {
  let count = 0
  return {
    log: parts.log,
    clock: parts.clock,
    read: () => parts.database.read(),
    transaction: (work) => parts.database.transaction({ ...origin, operationId: `${origin.operationId}#${count++}` }, work),
  }
}
