import { type Cadence, parseCadence } from './cadence.ts'
import { commonTones, countryTones } from './countries.ts'

const DEFAULT_COUNTRY = 'us'
const parsed = new Map<string, Cadence>()

/**
 * @param name `ringback/gb`; `ringback` alone is that of the United States; `beep` and `sit` are the same everywhere; a cadence itself, as
 * `440+480/2000,0/4000`, is taken as it stands
 * @returns undefined where there is no such tone
 */
export function findTone(name: string): Cadence | undefined {
  const known = parsed.get(name)
  if (known) return known
  const [tone = '', country = DEFAULT_COUNTRY] = name.split('/')
  const text = commonTones[name] ?? toneOf(country, tone) ?? (/^!?\d/.test(name) ? name : undefined)
  if (text === undefined) return undefined
  try {
    const cadence = parseCadence(text)
    if (text !== name) parsed.set(name, cadence) // A cadence of its own is not kept: anybody may think of another.
    return cadence
  } catch {
    return undefined
  }
}

function toneOf(country: string, tone: string): string | undefined {
  const tones: Readonly<Record<string, string>> | undefined = countryTones[country.toLowerCase()]
  return tones && Object.hasOwn(tones, tone) ? tones[tone] : undefined
}
