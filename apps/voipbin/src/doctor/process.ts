import type { Health } from '@voipbin/service-kit'
import { findAdmin } from '../operator.ts'
import type { Finding } from './finding.ts'

const PATIENCE_MS = 5000

/** @returns the voipbin that runs with this data folder, and how it is */
export async function checkProcess(dataDir: string): Promise<{ readonly pid: number | undefined; readonly findings: readonly Finding[] }> {
  const admin = findAdmin(dataDir)
  const health = admin && (await askHealth(admin.url))
  if (admin && health) {
    const what = `voipbin runs as process ${admin.pid}, admin port ${admin.url}: ${health.status}`
    return { pid: admin.pid, findings: [{ state: health.status === 'ok' ? 'ok' : 'bad', what }, ...checksOf(health)] }
  }
  const left: Finding = admin
    ? { state: 'note', what: `Process ${admin.pid} has ended without saying goodbye`, advice: 'The next start cleans up after it' }
    : { state: 'note', what: 'voipbin is not running', advice: 'Start it with "npm start"' }
  return { pid: undefined, findings: [left] }
}

/** What is well takes one line together. */
function checksOf({ checks }: Health): Finding[] {
  const all = Object.entries(checks)
  const well = all.filter(([, { status }]) => status === 'ok')
  const slowest = Math.max(0, ...well.map(([, { latency_ms }]) => latency_ms))
  const together: Finding = { state: 'ok', what: `${well.map(([name]) => name).join(', ')} answer within ${slowest} ms` }
  const bad = all.flatMap(([name, { status, latency_ms, error }]): Finding[] =>
    status === 'ok' ? [] : [{ state: 'bad', what: `${name} ${status}, ${latency_ms} ms${error ? `: ${error}` : ''}` }],
  )
  return well.length > 0 ? [together, ...bad] : bad
}

async function askHealth(url: string): Promise<Health | undefined> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return (await response.json()) as Health
  } catch {
    return undefined
  }
}
