import { toServiceError } from '@voipbin/contracts/errors'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { ReplyEnvelope, RequestEnvelope, RequestHandler } from './bus.ts'

/*
 * What comes off the wire is checked by hand: these run for every message, and the payloads inside are validated by
 * schema one layer up. A message that is no envelope is `undefined`, never an exception.
 */

type Fields = Readonly<Record<string, unknown>>

const requestTexts = ['service', 'method', 'operation_id', 'request_id', 'trace', 'publisher'] as const
const actorTexts = ['kind', 'id', 'customer_id'] as const
const eventTexts = [
  'id',
  'time',
  'type',
  'publisher',
  'customer_id',
  'resource_id',
  'order_key',
  'request_id',
  'trace',
] as const satisfies readonly (keyof EventEnvelope)[]
const errorTexts = ['status', 'reason', 'message'] as const

export function decodeRequest(text: string): RequestEnvelope | undefined {
  const fields = parse(text)
  if (!fields || !hasTexts(fields, requestTexts)) return undefined
  if (!Number.isFinite(fields.deadline) || typeof fields.repeated !== 'boolean') return undefined
  if (!isFields(fields.actor) || !hasTexts(fields.actor, actorTexts) || !Number.isInteger(fields.actor.permission)) return undefined
  return fields as RequestEnvelope
}

/** An output of `undefined` does not survive JSON: it arrives as `null`. */
export function decodeReply(text: string): ReplyEnvelope | undefined {
  const fields = parse(text)
  if (!fields) return undefined
  if ('error' in fields) return isFields(fields.error) && hasTexts(fields.error, errorTexts) ? (fields as ReplyEnvelope) : undefined
  return 'output' in fields ? (fields as ReplyEnvelope) : { output: null }
}

export function decodeEvent(text: string): EventEnvelope | undefined {
  const fields = parse(text)
  if (!fields || !hasTexts(fields, eventTexts) || !Number.isInteger(fields.sequence)) return undefined
  return fields as EventEnvelope
}

/** Runs the handler to a reply that can be sent, whatever it does: an exception leaves as an error reply. */
export async function answer(
  handler: RequestHandler,
  request: RequestEnvelope,
  onError: ((error: unknown) => void) | undefined,
): Promise<string> {
  try {
    return JSON.stringify(await handler(request))
  } catch (error) {
    onError?.(error)
    return JSON.stringify({ error: toServiceError(error).toWire() } satisfies ReplyEnvelope)
  }
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasTexts(fields: Fields, names: readonly string[]): boolean {
  for (const name of names) if (typeof fields[name] !== 'string') return false
  return true
}
