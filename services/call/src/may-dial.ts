import type { Address } from '@voipbin/contracts/address'
import type { OutboundConfig } from '@voipbin/contracts/call-entities'
import type { Customer } from '@voipbin/contracts/customer'
import { ServiceError, type Status } from '@voipbin/contracts/errors'
import { parsePhoneNumber } from 'libphonenumber-js/max'

/** Who has a number, as the number service says. */
export type KnownNumber = { readonly customer_id: string; readonly number: string; readonly is_virtual: boolean }

export type DialFacts = {
  readonly customer: Pick<Customer, 'id' | 'status' | 'identity_verification_status'>
  readonly destination: Address
  readonly source: Address
  readonly config: Pick<OutboundConfig, 'destination_whitelist'> | undefined
  /** Whose the source number is; undefined: nobody's here. */
  readonly sourceNumber: KnownNumber | undefined
  /** Somebody else answers for what the source says. */
  readonly isSourceVouchedFor: boolean
  /** The config's, looked up anew, because it may be gone or another's by now. */
  readonly defaultNumber: KnownNumber | undefined
  /** The destination is a number of this platform. */
  readonly isInside: boolean
  /** Numbers of this platform that the call which it is made for came by, and the number that called there, where somebody else answers for it. */
  readonly via: readonly string[]
  readonly callerNumber: string | undefined
}

/** Why a call is not dialled, for its three readers: the API, the call's events, and SIP. */
export type Refusal = {
  readonly may: false
  readonly status: Status
  readonly reason: DialRefusal
  readonly text: string
  /** Q.850. */
  readonly cause: number
}
/** `source`: the number that whoever is called is told; undefined where none is said. */
export type Verdict = { readonly may: true; readonly way: 'direct' | 'network' | 'inside'; readonly source: string | undefined } | Refusal

const rules = {
  CUSTOMER_NOT_ACTIVE: { status: 'PERMISSION_DENIED', cause: 52, text: 'the customer is not active' },
  IDENTITY_VERIFICATION_REQUIRED: { status: 'PERMISSION_DENIED', cause: 52, text: 'the identity of the customer is not verified' },
  DESTINATION_INVALID: { status: 'INVALID_ARGUMENT', cause: 28, text: 'the destination is no number of any country' },
  DESTINATION_NOT_ALLOWED: { status: 'PERMISSION_DENIED', cause: 52, text: 'its country is not in the destination whitelist' },
  SOURCE_NOT_OWNED: {
    status: 'INVALID_ARGUMENT',
    cause: 52,
    text: 'neither the source nor the default is a telephone number of the customer',
  },
  NUMBER_LOOP: { status: 'FAILED_PRECONDITION', cause: 25, text: 'the call came by this number already, or by too many' },
  NETWORK_CALL_LIMIT_REACHED: { status: 'RESOURCE_EXHAUSTED', cause: 52, text: 'the customer has made all calls that it may in an hour' },
} as const satisfies Readonly<Record<string, { status: Status; cause: number; text: string }>>
export type DialRefusal = keyof typeof rules

export const refuse = (reason: DialRefusal): Refusal => ({ may: false, reason, ...rules[reason] })

/** Whether an outgoing call may be dialled, and in the name of which number. Closed where nothing says otherwise. */
export function mayDial(facts: DialFacts): Verdict {
  const { customer, destination, config } = facts
  if (customer.status !== 'active') return refuse('CUSTOMER_NOT_ACTIVE')
  if (destination.type !== 'tel') return { may: true, way: 'direct', source: undefined }
  if (facts.isInside) return mayCallInside(facts)
  if (customer.identity_verification_status !== 'verified') return refuse('IDENTITY_VERIFICATION_REQUIRED')
  const country = countryOf(destination.target)
  if (country === undefined) return refuse('DESTINATION_INVALID')
  if (!config?.destination_whitelist.includes(country)) return refuse('DESTINATION_NOT_ALLOWED')
  const source = sourceFor(facts)
  return source === undefined ? refuse('SOURCE_NOT_OWNED') : { may: true, way: 'network', source }
}

/** The number that the network is told. */
function sourceFor({ customer, source, isSourceVouchedFor, sourceNumber, defaultNumber }: DialFacts): string | undefined {
  const said = isSourceVouchedFor ? numberOf(source) : undefined
  return said ?? [sourceNumber, defaultNumber].find((number) => number?.customer_id === customer.id && !number.is_virtual)?.number
}

/** One number leads to another that leads to a person; more are a mistake, or a flood. */
const MAX_NUMBERS = 4

/** It costs nothing and leaves no country. Whoever says a number is believed where that is theirs, or the one that called them. */
function mayCallInside({ customer, destination, source, via, callerNumber, sourceNumber, defaultNumber }: DialFacts): Verdict {
  if (via.includes(destination.target) || via.length >= MAX_NUMBERS) return refuse('NUMBER_LOOP')
  const said = numberOf(source)
  const isTrue = said === undefined || said === callerNumber || sourceNumber?.customer_id === customer.id
  const number = isTrue ? said : defaultNumber?.customer_id === customer.id ? defaultNumber.number : refuse('SOURCE_NOT_OWNED')
  return typeof number === 'object' ? number : { may: true, way: 'inside', source: number }
}

/** The telephone number that an address shows to whoever is called, as SIP would. */
export const numberOf = ({ target }: Address): string | undefined => /^(?:sips?:)?(\+[0-9]{3,20})(?:@|$)/.exec(target)?.[1]

/** ISO 3166-1 alpha-2; undefined for what is no valid number, or of no one country, such as satellites. */
export function countryOf(number: string): string | undefined {
  try {
    const parsed = parsePhoneNumber(number)
    return number.startsWith('+') && parsed.isValid() ? parsed.country : undefined
  } catch {
    return undefined
  }
}

/** @param index of the destination among those that were asked for */
export function dialError({ status, reason, text }: Refusal, destination: Address, index: number): ServiceError {
  const field = aboutDestination.has(reason) ? `destinations.${index}.target` : reason === 'SOURCE_NOT_OWNED' ? 'source' : undefined
  const details = field === undefined ? undefined : [{ field, rule: text }]
  return new ServiceError(status, reason, `Cannot call "${destination.target}": ${text}`, details && { details })
}
const aboutDestination: ReadonlySet<DialRefusal> = new Set(['DESTINATION_INVALID', 'DESTINATION_NOT_ALLOWED', 'NUMBER_LOOP'])
