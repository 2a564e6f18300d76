import { choiceSetting, type Environment, platformSettings, type Setting, type Settings, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'
import { services } from './services.ts'

/** Settings of the command itself. */
export const appSettings = {
  accessKey: textSetting('VOIPBIN_ACCESS_KEY', '', { about: 'Presets the access key that the first start makes: "vb_" and 32 characters' }),
  adminUsername: textSetting(
    'VOIPBIN_ADMIN_USERNAME',
    'admin@localhost',
    { about: 'Username of the administrator that the first start makes; an e-mail address gets mails' },
    z.string().min(1).max(255),
  ),
  adminPassword: textSetting(
    'VOIPBIN_ADMIN_PASSWORD',
    '',
    { about: 'Password of the administrator that the first start makes, 8 characters or more; empty: a random one, shown once' },
    z.string().regex(/^$|^.{8,1024}$/s, 'must have 8 characters or more'),
  ),
  demo: choiceSetting('VOIPBIN_DEMO', ['on', 'off'], 'on', { about: 'Whether the first start makes extensions, numbers and flows to try' }),
} satisfies Settings

/**
 * Every setting that any service knows, once: what is not here is refused wherever it is set. Services that need to know the same each
 * declare it, as `number` and `route` do with the address of a carrier's API; then the first declaration stands for all.
 */
export async function allSettings(): Promise<Setting[]> {
  const declared = await Promise.all(Object.values(services).map(async (entry) => (entry.config ? entry.config() : {})))
  const byName = new Map<string, Setting>()
  for (const setting of [platformSettings, appSettings, ...declared].flatMap((settings: Settings) => Object.values(settings))) {
    if (!byName.has(setting.name)) byName.set(setting.name, setting)
  }
  return [...byName.values()]
}

/** `--lan`: every address of this machine, where none is set. */
export const lanDefaults = (env: Environment): Environment => ({ VOIPBIN_HTTP_HOST: '0.0.0.0', VOIPBIN_SIP_HOST: '0.0.0.0', ...env })

const MAX_PORT = 65_535

/**
 * Links begin with where people reach the API. Where nobody has said that, it is where the API listens; in a network, the first address
 * of this machine.
 * @param addresses of this machine, without loopback
 */
export function withPublicUrl(env: Environment, addresses: readonly string[]): Environment {
  const { VOIPBIN_PUBLIC_URL: set, VOIPBIN_HTTP_HOST: host = '', VOIPBIN_HTTP_PORT: port = '' } = env
  // A port that is none is refused under its own name, by whoever reads it.
  if (set || !/^([1-9]\d*)?$/.test(port) || Number(port) > MAX_PORT || (host === '' && port === '')) return env
  const [first] = addresses
  const reached = /^(0\.0\.0\.0|::)?$/.test(host) && host !== '' ? first : host
  return { ...env, VOIPBIN_PUBLIC_URL: `http://${bracketed(reached || '127.0.0.1')}:${port || '8080'}` }
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)

/** Flags stand over the environment. */
export function withFlags(env: Environment, settings: readonly Setting[], flags: Readonly<Record<string, unknown>>): Environment {
  const given = settings.flatMap((setting) => {
    const value = flags[optionName(setting)]
    return typeof value === 'string' ? [[setting.name, value]] : []
  })
  return { ...env, ...Object.fromEntries(given) }
}

/** `VOIPBIN_HTTP_PORT` → `httpPort`, as the command line parser names it. */
function optionName(setting: Setting): string {
  const words = setting.name
    .replace(/^VOIPBIN_/, '')
    .toLowerCase()
    .split('_')
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
}
