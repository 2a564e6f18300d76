import { ServiceError } from '@voipbin/contracts/errors'
import type { Variables } from '@voipbin/contracts/flow'

const MAX_KEYS = 100
const MAX_VALUE_OCTETS = 32_768
const MAX_GIVEN_OCTETS = 65_536
const MAX_OCTETS = 262_144
const RESERVED = /^voipbin\./i

const octets = (text: string) => Buffer.byteLength(text)
const octetsOf = (variables: Variables) => Object.entries(variables).reduce((sum, [name, value]) => sum + octets(name) + octets(value), 0)

/**
 * What a client gives along: names trimmed, the platform's own left out.
 * @throws VARIABLES_TOO_LARGE past 100 names, 32 KiB a value or 64 KiB together
 */
export function clientVariables(given: Readonly<Record<string, string>>): Variables {
  const named = Object.entries(given).map(([name, value]) => [name.trim(), value] as const)
  const entries = named.filter(([name]) => name !== '' && !RESERVED.test(name))
  if (entries.length > MAX_KEYS) throw tooLarge(`more than ${MAX_KEYS} names`)
  const long = entries.find(([, value]) => octets(value) > MAX_VALUE_OCTETS)
  if (long) throw tooLarge(`"${long[0].slice(0, 50)}" has more than ${MAX_VALUE_OCTETS} octets`)
  const variables = Object.fromEntries(entries)
  if (octetsOf(variables) > MAX_GIVEN_OCTETS) throw tooLarge(`more than ${MAX_GIVEN_OCTETS} octets together`)
  return variables
}

/** Later ones win. @throws VARIABLES_TOO_LARGE past 256 KiB */
export function mergeVariables(...all: readonly Variables[]): Variables {
  const merged: Variables = Object.assign({}, ...all)
  if (octetsOf(merged) > MAX_OCTETS) throw tooLarge(`a flow keeps at most ${MAX_OCTETS} octets of them`)
  return merged
}

const tooLarge = (rule: string) => new ServiceError('INVALID_ARGUMENT', 'VARIABLES_TOO_LARGE', `Cannot set the variables: ${rule}`)
