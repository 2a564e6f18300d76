import { invalidArgument } from '@voipbin/contracts/errors'

/** Deeper JSON is nobody's data and would exhaust the stack of whoever handles it next. */
const MAX_DEPTH = 64

/**
 * Refuses what no store keeps as it was sent: NUL, halves of surrogate pairs, bottomless nesting.
 * @throws INVALID_ARGUMENT naming the field
 */
export function refuseUnsafe(value: unknown, field = '', depth = 0): void {
  if (typeof value === 'string') refuseText(value, field)
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) throw unsafe(field, `is nested more than ${MAX_DEPTH} deep`)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) refuseUnsafe(value[index], `${field}.${index}`, depth + 1)
    return
  }
  for (const key of Object.keys(value)) {
    const path = field === '' ? key : `${field}.${key}`
    refuseText(key, path)
    refuseUnsafe((value as Record<string, unknown>)[key], path, depth + 1)
  }
}

function refuseText(text: string, field: string): void {
  if (text.includes('\0')) throw unsafe(field, 'contains a NUL character')
  if (!text.isWellFormed()) throw unsafe(field, 'is not well-formed Unicode')
}

function unsafe(field: string, rule: string) {
  const shown = field.replaceAll('\0', '\\0').toWellFormed().slice(0, 200)
  return invalidArgument(`Field "${shown}" ${rule}`, [{ field: shown, rule }])
}
