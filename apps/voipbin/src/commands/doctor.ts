import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openBus } from '@voipbin/bus'
import { openCache } from '@voipbin/cache'
import { listOutbox } from '@voipbin/mail'
import {
  answered,
  environment,
  type Health,
  loadConfig,
  mailSettings,
  platformSettings,
  refuseUnknown,
  type SettingValues,
} from '@voipbin/service-kit'
import { openEngine } from '@voipbin/sql'
import type { Command } from 'commander'
import { dataDirOf, findAdmin, withDataDir } from '../operator.ts'
import { services } from '../services.ts'
import { allSettings } from '../settings.ts'

type Finding = { readonly state: 'ok' | 'note' | 'bad'; readonly what: string; readonly advice?: string }
type Values = SettingValues<typeof platformSettings>

const MIN_FREE_OCTETS = 1_073_741_824
const MIN_NODE_MAJOR = 24
const REACH_TIMEOUT_MS = 5000

/** `voipbin doctor`: what this machine has, what is reachable, and what to do about the rest. Exit code 1 when something is bad. */
export function addDoctor(program: Command): void {
  withDataDir(program.command('doctor').description('Check settings, ports, servers and the running process')).action(doctor)
}

async function doctor(flags: { readonly dataDir?: string }): Promise<void> {
  const known = await allSettings()
  refuseUnknown(environment(), known)
  const settings = { ...loadConfig(platformSettings, environment()), dataDir: dataDirOf(flags) }
  const own = [checkNode(), checkFolder(settings.dataDir), await checkMail(settings.dataDir)]
  const findings = [...own, ...(await checkServers(settings)), ...(await checkProcess(settings))]
  for (const { state, what, advice } of findings) {
    process.stdout.write(`${{ ok: 'ok  ', note: 'note', bad: 'BAD ' }[state]}  ${what}${advice ? `\n      ${advice}` : ''}\n`)
  }
  process.exitCode = findings.some(({ state }) => state === 'bad') ? 1 : 0
}

function checkNode(): Finding {
  const what = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  const isOld = Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR
  return isOld
    ? { state: 'bad', what, advice: `Node ${MIN_NODE_MAJOR} or later is needed; "npm start" and "npx voipbin" bring their own` }
    : { state: 'ok', what }
}

function checkFolder(folder: string): Finding {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const what = `Data folder "${folder}" can be written, ${(free / 1e9).toFixed(1)} GB free`
    return free < MIN_FREE_OCTETS
      ? { state: 'note', what, advice: 'Less than 1 GB is free: databases and recordings need room' }
      : { state: 'ok', what }
  } catch (error) {
    return {
      state: 'bad',
      what: `Data folder "${folder}" cannot be written: ${text(error)}`,
      advice: 'Set VOIPBIN_DATA_DIR to a folder of this user',
    }
  }
}

/** Where mails go, and what waits to be read where there is no server for them. */
async function checkMail(dataDir: string): Promise<Finding> {
  const { smtpUrl } = loadConfig({ smtpUrl: mailSettings.smtpUrl }, environment())
  if (smtpUrl !== '') return { state: 'ok', what: `Mails go to ${new URL(smtpUrl).host}` }
  const outbox = join(dataDir, 'outbox')
  const mails = await listOutbox(outbox)
  const last = mails.at(-1)
  const advice = last ? `The last is "${last.subject}" to ${last.to}: ${last.file}` : 'Set VOIPBIN_SMTP_URL to send them'
  return { state: 'note', what: `No mail server is set; mails in "${outbox}": ${mails.length}`, advice }
}

async function checkServers(settings: Values): Promise<Finding[]> {
  const { busUrl, sqlUrl, cacheUrl, dataDir } = settings
  const checks: Promise<Finding>[] = []
  if (busUrl !== 'local:')
    checks.push(reach('RabbitMQ', busUrl, async () => using(await openBus(busUrl, { instance: 'doctor' }), (bus) => bus.ping())))
  if (cacheUrl !== 'memory:') checks.push(reach('Redis', cacheUrl, async () => using(await openCache(cacheUrl), (cache) => cache.ping())))
  if (sqlUrl.startsWith('mysql:')) {
    const options = { url: sqlUrl, dataFolder: dataDir, service: 'doctor', poolSize: 1, synchronous: 'NORMAL' } as const
    checks.push(
      reach('MySQL', sqlUrl, async () =>
        using(await openEngine(options), async (engine) => version(await engine.reader.all('select version() as version', []))),
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

const version = (rows: readonly Record<string, unknown>[]) => `version ${String(rows[0]?.['version'])}`

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

/** A process that runs is asked how it is; otherwise its ports must be free. */
async function checkProcess(settings: Values): Promise<Finding[]> {
  const admin = findAdmin(settings.dataDir)
  const health = admin && (await askHealth(admin.url))
  if (admin && health) {
    const checks = Object.entries(health.checks).map(([name, check]): Finding => {
      const what = `${name} ${check.status}, ${check.latency_ms} ms${check.error ? `: ${check.error}` : ''}`
      return { state: check.status === 'ok' ? 'ok' : 'bad', what }
    })
    return [
      {
        state: health.status === 'ok' ? 'ok' : 'bad',
        what: `voipbin runs as process ${admin.pid}, admin port ${admin.url}: ${health.status}`,
      },
      ...checks,
    ]
  }
  const left: Finding[] = admin
    ? [{ state: 'note', what: `Process ${admin.pid} has ended without saying goodbye`, advice: 'The next start cleans up after it' }]
    : [{ state: 'note', what: 'voipbin is not running', advice: 'Start it with "npm start"' }]
  return [...left, await checkHttpPort()]
}

async function askHealth(url: string): Promise<Health | undefined> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5000) })
    return (await response.json()) as Health
  } catch {
    return undefined
  }
}

async function checkHttpPort(): Promise<Finding> {
  const declared = await services['gateway']?.config?.()
  const config = loadConfig(declared ?? {}, environment()) as { httpHost?: string; httpPort?: number }
  const { httpHost = '127.0.0.1', httpPort = 8080 } = config
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) =>
      resolve({
        state: 'bad',
        what: `Port ${httpPort} on ${httpHost}: ${text(error)}`,
        advice: 'Another program has it: set VOIPBIN_HTTP_PORT',
      }),
    )
    probe.listen(httpPort, httpHost, () => probe.close(() => resolve({ state: 'ok', what: `Port ${httpPort} on ${httpHost} is free` })))
  })
}

const text = (error: unknown) => (error instanceof Error ? error.message : String(error))
