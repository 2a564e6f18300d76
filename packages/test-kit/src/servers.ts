import { existsSync } from 'node:fs'

const settings = { sql: 'VOIPBIN_TEST_SQL_URL', cache: 'VOIPBIN_TEST_CACHE_URL', bus: 'VOIPBIN_TEST_BUS_URL' } as const

export type ServerKind = keyof typeof settings

/**
 * Where the real MariaDB, Redis or RabbitMQ of a test listens; `tools/servers.sh start` starts all three and prints the settings.
 * Call it while a file is collected: `const url = requireServer('sql')`, then `describe.skipIf(url === undefined)(…)`.
 * @returns undefined when there is none, after saying why the tests are skipped
 * @throws {Error} when there is none and VOIPBIN_TEST_SERVERS=required
 */
export function requireServer(kind: ServerKind): string | undefined {
  const name = settings[kind]
  const url = process.env[name]
  if (url) return url
  if (process.env.VOIPBIN_TEST_SERVERS === 'required') {
    throw new Error(`Cannot test against a real ${kind} server: VOIPBIN_TEST_SERVERS is "required", but ${name} is not set`)
  }
  process.stderr.write(`skipped, because ${name} is not set (eval "$(tools/servers.sh start)")\n`)
  return undefined
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Where the browser of a test is, if not at VOIPBIN_TEST_CHROMIUM; `tools/servers.sh install` brings one. Call it while a file is collected, as `requireServer()`.
 * @returns undefined when there is none, after saying why the tests are skipped
 * @throws {Error} when there is none and VOIPBIN_TEST_SERVERS=required
 */
export function requireChromium(): string | undefined {
  const path = [process.env.VOIPBIN_TEST_CHROMIUM ?? browsers].flat().find((each) => existsSync(each))
  if (path) return path
  if (process.env.VOIPBIN_TEST_SERVERS === 'required') {
    throw new Error(`Cannot test in a browser: VOIPBIN_TEST_SERVERS is "required", but there is no Chromium (tools/servers.sh install)`)
  }
  process.stderr.write('skipped, because there is no Chromium (apt-get install chromium)\n')
  return undefined
}
