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
