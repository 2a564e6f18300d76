import type { ObjectSchema } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { z } from 'zod'
import type { Input } from './input.ts'

/** More would help nobody and could be made long at will. */
const MAX_DETAILS = 20

/**
 * Compiles the check of an input. Keys that a nested object does not know are left out, also where the schema is strict: clients
 * send back what they have read.
 */
export function compileParse(name: string, schema: ObjectSchema, reason = 'INVALID_ARGUMENT'): (input: Input) => Input {
  return (input) => {
    const first = schema.safeParse(input)
    if (first.success) return first.data
    const parsed = dropUnknown(input, first.error.issues) ? schema.safeParse(input) : first
    if (parsed.success) return parsed.data
    throw refusal(name, parsed.error.issues, reason)
  }
}

function refusal(name: string, issues: readonly z.core.$ZodIssue[], reason: string) {
  const details = issues.slice(0, MAX_DETAILS).map((issue) => ({ field: issue.path.join('.'), rule: issue.message }))
  const [first] = details
  return new ServiceError('INVALID_ARGUMENT', reason, `Cannot ${name}: field "${first?.field}": ${first?.rule}`, { details })
}

/** @returns whether there was anything to drop; the bodies of requests are ours to change */
function dropUnknown(input: Input, issues: readonly z.core.$ZodIssue[]): boolean {
  let hasDropped = false
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const place = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input)
    for (const key of issue.keys) hasDropped = Reflect.deleteProperty(place as object, key) || hasDropped
  }
  return hasDropped
}
