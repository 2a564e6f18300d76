import { z } from 'zod'
import { flagOf, type Setting, type Settings, type SettingValues } from './settings.ts'

/** A setting that is unknown or malformed, as a sentence that names it. The start ends with it. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SettingError'
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The process's environment: the one place that reads it. */
export const environment = (): Environment => process.env

/**
 * Variables that Kubernetes puts into every pod of a namespace with services named `voipbin-…`. The address of a service
 * `voipbin-admin` even stands under the name of a setting, `VOIPBIN_ADMIN_PORT=tcp://10.0.0.7:9000`.
 */
const setByKubernetes = (name: string, value: string) =>
  /_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))

/** @throws SettingError naming a `VOIPBIN_*` variable that no service knows, and the known name nearest to it */
export function refuseUnknown(env: Environment, known: readonly Setting[]): void {
  const names = new Set(known.map((setting) => setting.name))
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('VOIPBIN_') || name.startsWith('VOIPBIN_TEST_') || names.has(name)) continue
    if (setByKubernetes(name, value ?? '')) continue
    const near = nearest(name, [...names])
    throw new SettingError(`Unknown setting "${name}"${near ? `: did you mean "${near}"?` : ''}`)
  }
}

/** Reads the declared settings. An empty value counts as not set. @throws SettingError */
export function loadConfig<S extends Settings>(declared: S, env: Environment): SettingValues<S> {
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(declared)) values[key] = read(setting, env[setting.name])
  return values as SettingValues<S>
}

function read(setting: Setting, given: string | undefined): unknown {
  const isGiven = given !== undefined && given !== '' && !setByKubernetes(setting.name, given)
  const text = isGiven ? given : setting.fallback
  const parsed = setting.schema.safeParse(text)
  if (parsed.success) return parsed.data
  const rule = z.prettifyError(parsed.error).replace(/^✖ /, '').split('\n')[0]
  const shown = /KEY|SECRET|PASSWORD|TOKEN|URL/.test(setting.name) ? 'its value' : `"${text}"`
  throw new SettingError(`Cannot read setting "${setting.name}" (${flagOf(setting)}): ${shown} is refused: ${rule}`)
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= 4 ? best.candidate : undefined
}

/** Levenshtein. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
