import { ServiceError } from '@voipbin/contracts/errors'
import { addMilliseconds } from '@voipbin/contracts/time'

/** Whoever waits for an answer has hung up by then; a job that is tried again has a try after it, and only few. */
const PATIENCE_MS = 60_000

/** It may succeed when it is tried again: nothing was wrong with what was asked. */
export const mayPass = (error: unknown): boolean =>
  !(error instanceof ServiceError) || passing.has(error.status) || error.reason === 'CONFLICT'
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INTERNAL', 'RESOURCE_EXHAUSTED'])

type Tried = { readonly tm_create: string; readonly tm_update: string | null }

/** Whether another try is no use: it was refused, or has failed for too long since the row was as it is. */
export const isHopeless = (error: unknown, { tm_create, tm_update }: Tried, now: string): boolean =>
  !mayPass(error) || addMilliseconds(tm_update ?? tm_create, PATIENCE_MS) <= now
