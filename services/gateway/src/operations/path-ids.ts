import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID, unwrap } from '@voipbin/contracts/fields'
import type { z } from 'zod'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a field holds an id, as `id()` declares it. */
export function isIdField(schema: z.ZodType): boolean {
  const { format } = unwrap(schema).def as unknown as { format?: string }
  return format === 'guid' || format === 'uuid'
}

/** The id in its one spelling. @throws INVALID_ID naming the parameter */
export function parsePathId(name: string, text: string | undefined): string {
  const id = (text ?? '').toLowerCase()
  if (GUID.test(id) && id !== NIL_ID) return id
  const rule = 'must be a UUID, and not the nil one'
  throw new ServiceError('INVALID_ARGUMENT', 'INVALID_ID', `Cannot read the path: "${name}" ${rule}`, { details: [{ field: name, rule }] })
}
