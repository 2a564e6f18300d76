import { openBus } from '@voipbin/bus'
import { openCache } from '@voipbin/cache'
import { answered, type platformSettings, type SettingValues } from '@voipbin/service-kit'
import { openEngine } from '@voipbin/sql'
import { type Finding, text } from './finding.ts'

type Values = SettingValues<typeof platformSettings>

const REACH_TIMEOUT_MS = 5000
/** Who claims a job goes by its own clock: so much later, or earlier, may it be done. */
const SKEW_MS = 1000

/** The servers that the settings name, which is none on one machine. */
export async function checkServers(settings: Values): Promise<Finding[]> {
  const { busUrl, sqlUrl, cacheUrl, dataDir } = settings
  const checks: Promise<Finding>[] = []
  if (busUrl !== 'local:')
    checks.push(reach('RabbitMQ', busUrl, async () => using(await openBus(busUrl, { instance: 'doctor' }), (bus) => bus.ping())))
  if (cacheUrl !== 'memory:') checks.push(reach('Redis', cacheUrl, async () => using(await openCache(cacheUrl), (cache) => cache.ping())))
  if (sqlUrl.startsWith('mysql:')) {
    const options = { url: sqlUrl, dataFolder: dataDir, service: 'doctor', poolSize: 1, synchronous: 'NORMAL' } as const
    checks.push(
      reach('MySQL', sqlUrl, async () =>
        using(await openEngine(options), async (engine) => versionAndClock(await engine.reader.all(SELECT, []), Date.now())),
      ),
    )
  }
  const findings = await Promise.all(checks)
  if (busUrl === 'local:' && sqlUrl.startsWith('mysql:')) {
    findings.push({
      state: 'note',
      what: 'The bus is local but the database is shared',
      advice: 'For several processes set VOIPBIN_BUS_URL=amqp://… too',
    })
  }
  return findings
}

const SELECT = "select version() as version, date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ') as time"

export function versionAndClock([row]: readonly Record<string, unknown>[], now: number): string {
  const skewMs = Math.round(Date.parse(String(row?.['time']).replace(/(\.\d{3})\d*Z$/, '$1Z')) - now)
  const skew = Math.abs(skewMs) > SKEW_MS ? `; its clock is ${skewMs} ms off that of this machine: let NTP set both` : ''
  return `version ${String(row?.['version'])}${skew}`
}

async function using<T extends { close(): Promise<void> }, R>(opened: T, use: (opened: T) => Promise<R>): Promise<R> {
  try {
    return await use(opened)
  } finally {
    await opened.close()
  }
}

async function reach(name: string, url: string, probe: () => Promise<unknown>): Promise<Finding> {
  const where = url.replace(/\/\/[^@/]*@/, '//')
  try {
    const said = await answered(probe(), REACH_TIMEOUT_MS)
    return { state: 'ok', what: `${name} at ${where} answers${typeof said === 'string' ? `, ${said}` : ''}` }
  } catch (error) {
    return { state: 'bad', what: `${name} at ${where}: ${text(error)}`, advice: 'Is it started, and are user and password right?' }
  }
}
