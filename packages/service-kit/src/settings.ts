import { z } from 'zod'
import { parseNetworks } from './network.ts'

/** One setting: its name in the environment, what it may be, its default and unit. The flag follows from the name. */
export type Setting<S extends z.ZodType = z.ZodType> = {
  readonly name: string
  readonly schema: S
  readonly fallback: string
  readonly unit: string
  readonly about: string
}
export type Settings = Readonly<Record<string, Setting>>
export type SettingValues<S extends Settings> = { readonly [K in keyof S]: z.output<S[K]['schema']> }

type About = { readonly unit?: string; readonly about: string }

const declare = <S extends z.ZodType>(name: string, schema: S, fallback: string, { unit = '', about }: About): Setting<S> => ({
  name,
  schema,
  fallback,
  unit,
  about,
})

export const textSetting = (name: string, fallback: string, about: About, schema: z.ZodString = z.string()) =>
  declare(name, schema, fallback, about)

/** Digits, so that neither a blank nor `0x50` is a number. */
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
  .transform(Number)

export const integerSetting = (name: string, fallback: number, about: About, range: { min: number; max: number }) =>
  declare(name, decimal.pipe(z.int().min(range.min).max(range.max)), String(fallback), about)

export const numberSetting = (name: string, fallback: number, about: About, range: { min: number; max: number }) =>
  declare(name, decimal.pipe(z.number().min(range.min).max(range.max)), String(fallback), about)

export const choiceSetting = <const C extends readonly [string, ...string[]]>(
  name: string,
  choices: C,
  fallback: C[number],
  about: About,
) => declare(name, z.enum(choices), fallback, about)

/** Addresses and networks, comma separated; its value tells whether an address is one of them. */
export const networksSetting = (name: string, about: string) =>
  declare(name, z.string().transform(readNetworks), '', { unit: 'networks', about: `${about}: addresses and CIDR blocks, comma separated` })

function readNetworks(text: string, context: z.RefinementCtx): (address: string) => boolean {
  try {
    return parseNetworks(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
}

/** `VOIPBIN_HTTP_PORT` → `--http-port` */
export const flagOf = (setting: Setting): string =>
  `--${setting.name
    .replace(/^VOIPBIN_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`

/** What must be known before any service is: where things are and what runs here. */
export const platformSettings = {
  services: textSetting('VOIPBIN_SERVICES', 'all', { about: 'Services to run in this process, comma separated, or "all"' }),
  dataDir: textSetting('VOIPBIN_DATA_DIR', './data', { unit: 'folder', about: 'Where databases and files are kept' }),
  busUrl: textSetting('VOIPBIN_BUS_URL', 'local:', { unit: 'URL', about: '"local:" for one process, or "amqp://user:password@host:port"' }),
  sqlUrl: textSetting('VOIPBIN_SQL_URL', 'sqlite:', {
    unit: 'URL',
    about: '"sqlite:" for one process, or "mysql://user:password@host:port/database"',
  }),
  sqlPool: integerSetting(
    'VOIPBIN_SQL_POOL',
    4,
    { unit: 'connections', about: 'Connections to MySQL a service may hold' },
    { min: 2, max: 100 },
  ),
  sqliteSynchronous: choiceSetting('VOIPBIN_SQLITE_SYNCHRONOUS', ['AUTO', 'NORMAL', 'FULL'], 'AUTO', {
    about: 'FULL survives a power cut, NORMAL every crash of the process; AUTO is FULL for services that hold money or credentials',
  }),
  cacheUrl: textSetting('VOIPBIN_CACHE_URL', 'memory:', { unit: 'URL', about: '"memory:" for one process, or "redis://host:port"' }),
  adminHost: textSetting('VOIPBIN_ADMIN_HOST', '127.0.0.1', {
    unit: 'address',
    about: 'Address of the admin port: health, metrics, operator commands',
  }),
  adminPort: integerSetting(
    'VOIPBIN_ADMIN_PORT',
    0,
    { unit: 'port', about: 'Admin port; 0 picks a free one and prints it' },
    { min: 0, max: 65535 },
  ),
  logLevel: choiceSetting('VOIPBIN_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info', {
    about: 'Least severe log line to write',
  }),
  shutdownSeconds: integerSetting(
    'VOIPBIN_SHUTDOWN_SECONDS',
    30,
    { unit: 's', about: 'Longest time for finishing work after SIGTERM' },
    { min: 1, max: 600 },
  ),
} satisfies Settings
