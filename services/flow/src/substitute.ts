import type { Variables } from '@voipbin/contracts/flow'

const PATTERN = /\$\{(.*?)\}/g
/** So that a variable which is doubled again and again cannot fill the memory. */
const MAX_LENGTH = 65_536

/** Fills in `${name}`; an unknown one is empty. What is put in is not looked at again. */
export function substituteText(text: string, variables: Variables): string {
  if (!text.includes('${')) return text
  const filled = text.replace(PATTERN, (_whole, name: string) => variableOf(variables, name.trim()))
  return filled.slice(0, MAX_LENGTH)
}

/** The same in every text inside of a value. Keys, numbers and the rest stay as they are. */
export function substitute(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return substituteText(value, variables)
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, variables)]))
}

const REFERENCE_DATA = 'voipbin.flow.reference_data'
const REFERENCE = /^voipbin\.(call|conversation)\./

function variableOf(variables: Variables, name: string): string {
  if (name === REFERENCE_DATA) return referenceData(variables)
  return Object.hasOwn(variables, name) ? (variables[name] ?? '') : ''
}

/** What is known of the call or conversation, as JSON: made when asked for. */
function referenceData(variables: Variables): string {
  const known = Object.entries(variables).filter(([name]) => REFERENCE.test(name))
  return JSON.stringify(Object.fromEntries(known.map(([name, value]) => [name.replace(REFERENCE, ''), value])))
}
