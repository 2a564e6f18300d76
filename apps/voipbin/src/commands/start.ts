import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import {
  type Caller,
  createLogger,
  environment,
  type Logger,
  loadConfig,
  type Platform,
  platformSettings,
  refuseUnknown,
  type Setting,
  SettingError,
  type SettingValues,
  startPlatform,
} from '@voipbin/service-kit'
import { openDataFolder } from '../data-folder.ts'
import { makeFirst } from '../first-start.ts'
import { type FirstThings, renderGreeting, renderMade } from '../greeting.ts'
import { ownAddresses } from '../own-addresses.ts'
import { chooseServices, divideServices, loadContracts, loadServices } from '../services.ts'
import { appSettings, lanDefaults, withFlags, withPublicUrl } from '../settings.ts'

type Values = SettingValues<typeof platformSettings>

/** `voipbin start`: runs until SIGTERM or SIGINT. */
export async function start(known: readonly Setting[], flags: Readonly<Record<string, unknown>>): Promise<void> {
  process.umask(0o077) // databases, mails and recordings are nobody else's to read
  refuseUnknown(environment(), known)
  const given = withFlags(flags['lan'] ? lanDefaults(environment()) : environment(), known, flags)
  const env = withPublicUrl(given, ownAddresses())
  const settings = loadConfig(platformSettings, env)
  const first = loadConfig(appSettings, env)
  const chosen = chooseServices(settings.services)
  openFolder(settings.dataDir)
  const log = createLogger(settings.logLevel, { service: 'voipbin' })
  const contracts = await loadContracts()
  const { here, beside } = divideServices(chosen)
  const loaded = await loadServices(here)
  const stop = stopSignal()
  let made: FirstThings = { secrets: [], numbers: [] }
  const prepare = async (caller: Caller) => {
    made = await makeFirst(caller, chosen, first)
  }
  const platform = await startPlatform({ settings, env, services: loaded, beside, contracts, log, prepare }).catch((error: unknown) => {
    // As where a port is taken. The next start finds these made, and could show none of them.
    process.stderr.write(renderMade(made))
    throw error
  })
  try {
    const startMs = Math.round(performance.now())
    greet(platform, settings, { made, startMs })
    log.info('ready', { services: chosen, start_ms: startMs })
    // Else only who ends in peace leaves compiled code to the next, and who is killed starts slowly ever again.
    flushCompileCache()
    const signal = await stop
    log.info('stopping', { signal })
    if (signal === 'SIGINT')
      process.stderr.write('voipbin: stopping; calls may go on for a while. Ctrl-C once more ends everything at once\n')
  } finally {
    await closeWithin(platform, settings.shutdownSeconds, log)
  }
}

function openFolder(folder: string): void {
  try {
    openDataFolder(folder)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SettingError(`Cannot write the data folder "${folder}": set VOIPBIN_DATA_DIR (--data-dir) to a folder of this user: ${why}`)
  }
}

/** The first signal asks to finish; a second one does not wait. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130))
        resolve(signal)
      })
    }
  })
}

async function closeWithin(platform: Platform, seconds: number, log: Logger): Promise<void> {
  const giveUp = setTimeout(() => {
    log.error('work was not finished in time', { seconds })
    process.exit(1)
  }, seconds * 1000)
  await platform.close()
  clearTimeout(giveUp)
  log.info('stopped')
}

/** Says where everything is, on stderr, beside the JSON lines on stdout. */
function greet(platform: Platform, { dataDir }: Values, told: { readonly made: FirstThings; readonly startMs: number }): void {
  const { adminUrl, descriptions } = platform
  process.stderr.write(renderGreeting({ ...told, adminUrl, descriptions, dataDir: resolve(dataDir), addresses: ownAddresses() }))
}
