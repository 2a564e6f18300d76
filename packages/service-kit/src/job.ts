import type { JobToken, Tx } from '@voipbin/sql'
import type { z } from 'zod'
import type { Ctx } from './answer.ts'

export type JobHandler = {
  readonly kind: string
  readonly payload: z.ZodType
  /** Jobs of this kind that one instance has under way at once, beside all others. Default: its sort's share. */
  readonly hands?: number
  readonly run:
    | { readonly inTx: (tx: Tx, payload: unknown) => Promise<void> }
    | { readonly outside: (ctx: Ctx, payload: unknown) => Promise<OutsideCommit> }
}
/** What an outside job leaves to be written in the transaction that ends it. */
export type OutsideCommit = ((tx: Tx) => Promise<void>) | void

export type Job<S extends z.ZodType> = JobToken<S> & {
  /** The effect and the end of the job are one commit. */
  inTx(run: (tx: Tx, payload: z.output<S>) => Promise<void>): JobHandler
  /** Vendor and media work: runs first, at least once; what it returns is written in the commit that ends the job. */
  outside(run: (ctx: Ctx, payload: z.output<S>) => Promise<OutsideCommit>): JobHandler
}

/**
 * `const serveNext = job('serve_next', z.object({ queue_id: id() }))`: schedule it with `tx.schedule`, handle it in `jobs`.
 * @param options.hands for a kind that waits long for others, so that it neither starves the rest nor is starved
 */
export function job<S extends z.ZodType>(kind: string, payload: S, options: { readonly hands?: number } = {}): Job<S> {
  return {
    kind,
    payload,
    inTx: (run) => ({ kind, payload, ...options, run: { inTx: run as (tx: Tx, payload: unknown) => Promise<void> } }),
    outside: (run) => ({ kind, payload, ...options, run: { outside: run as (ctx: Ctx, payload: unknown) => Promise<OutsideCommit> } }),
  }
}
