import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type NumberProviderName, type OwnedNumber, RESERVED_PREFIX, VIRTUAL_PREFIX } from '@voipbin/contracts/number'
import type { NewRow } from '@voipbin/sql'

/** How long a number of the network is paid for. */
export const RENEW_MS = 30 * 86_400_000

const VIRTUAL = /^\+899[0-9]{9}$/
export const isVirtual = (number: string): boolean => number.startsWith(VIRTUAL_PREFIX)

/** @throws INVALID_ARGUMENT, NUMBER_RESERVED */
export function checkVirtual(number: string): void {
  if (!VIRTUAL.test(number)) {
    throw invalidArgument(`Cannot take number "${number}": a virtual one is ${VIRTUAL_PREFIX} and nine digits`, [
      { field: 'number', rule: `must be ${VIRTUAL_PREFIX} and nine digits` },
    ])
  }
  if (number.startsWith(RESERVED_PREFIX)) {
    throw new ServiceError('FAILED_PRECONDITION', 'NUMBER_RESERVED', `Cannot take number "${number}": ${RESERVED_PREFIX}… is reserved`)
  }
}

/** @throws INVALID_ARGUMENT where a client says another type than the number's */
export function checkType(number: string, type: OwnedNumber['type'] | undefined): void {
  const actual = isVirtual(number) ? 'virtual' : 'normal'
  if (type !== undefined && type !== actual) {
    throw invalidArgument(`Cannot take number "${number}": it is ${actual}`, [{ field: 'type', rule: `must be ${actual}` }])
  }
}

/** As callers write it: `+1 555-1234`, `15551234`. */
export function normalNumber(text: string): string {
  const digits = text.replaceAll(/[\s().-]/g, '')
  return /^\d+$/.test(digits) ? `+${digits}` : digits
}

export type Purchased = {
  readonly customer_id: string
  readonly number: string
  readonly name: string
  readonly detail?: string
  readonly call_flow_id: string
  readonly message_flow_id?: string
  readonly provider_name: NumberProviderName
  readonly provider_reference_id?: string
  readonly t38_enabled?: boolean
  readonly emergency_enabled?: boolean
}

export function newNumber(fields: Purchased, now: string): NewRow<OwnedNumber> {
  const abilities = { t38_enabled: fields.t38_enabled ?? false, emergency_enabled: fields.emergency_enabled ?? false }
  return {
    ...{ customer_id: fields.customer_id, number: fields.number, type: isVirtual(fields.number) ? 'virtual' : 'normal' },
    ...{ name: fields.name, detail: fields.detail ?? '', status: 'active', metadata: { rtp_debug: false } },
    ...{ call_flow_id: fields.call_flow_id || NIL_ID, message_flow_id: fields.message_flow_id || NIL_ID },
    ...{ ...abilities, provider_name: fields.provider_name, provider_reference_id: fields.provider_reference_id ?? '' },
    ...{ tm_purchase: now, tm_renew: now },
  }
}

/** Empty means "none" as well. */
export const flowIdOf = (given: string | undefined): string | undefined => (given === '' ? NIL_ID : given)

export const numberTaken = (number: string) =>
  new ServiceError('ALREADY_EXISTS', 'NUMBER_TAKEN', `Cannot take number "${number}": it is in use`)
