import { execFile } from 'node:child_process'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openEngine, type Row, type SqlValue } from '@voipbin/sql'
import { requireServer, type ServerKind } from '@voipbin/test-kit'

/** Where the real servers of a test run are. */
export type ServerUrls = Readonly<Record<ServerKind, string>>

/** @returns undefined where one of the three is missing; the suites in need of them are then skipped */
export function requireServers(): ServerUrls | undefined {
  const [sql, cache, bus] = (['sql', 'cache', 'bus'] as const).map((kind) => requireServer(kind))
  return sql && cache && bus ? { sql, cache, bus } : undefined
}

const script = join(import.meta.dirname, '../tools/servers.sh')
const run = promisify(execFile)

/** Runs `tools/servers.sh` for the servers that those URLs name. */
async function servers(urls: ServerUrls, ...command: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    VOIPBIN_TEST_SQL_PORT: new URL(urls.sql).port,
    VOIPBIN_TEST_CACHE_PORT: new URL(urls.cache).port,
    VOIPBIN_TEST_BUS_PORT: new URL(urls.bus).port,
  }
  const { stdout } = await run(script, [...command], { env })
  return stdout
}

/** Whether the servers are those of `tools/servers.sh`: nobody else's are stopped, and only in these can a vhost be made. */
export const areOurs = (urls: ServerUrls): Promise<boolean> =>
  servers(urls, 'status').then(
    (text) => !/stopped|does not answer/.test(text),
    () => false,
  )

export const serverNames = ['mariadb', 'redis', 'rabbitmq'] as const
export type ServerName = (typeof serverNames)[number]

/** Resolves when it answers again. */
export async function restartServer(urls: ServerUrls, name: ServerName): Promise<void> {
  await servers(urls, 'restart', name)
}

/** kill -9 and start. */
export async function crashServer(urls: ServerUrls, name: ServerName): Promise<void> {
  await servers(urls, 'kill', name)
  await servers(urls, 'start', name)
}

export async function stopServer(urls: ServerUrls, name: ServerName): Promise<void> {
  await servers(urls, 'stop', name)
}

export async function startServer(urls: ServerUrls, name: ServerName): Promise<void> {
  await servers(urls, 'start', name)
}

/** As many milliseconds in which it keeps its connections and answers nothing. */
export async function hangServer(urls: ServerUrls, name: ServerName, ms: number): Promise<void> {
  await servers(urls, 'pause', name)
  await pause(ms)
  await servers(urls, 'resume', name)
}

/** A world's own database, vhost and Redis database, so that nothing of an earlier run is in its way. */
export type Premises = {
  readonly urls: ServerUrls
  query(text: string, parameters?: readonly SqlValue[]): Promise<Row[]>
  clearUp(): Promise<void>
}

const MAX_REDIS_DATABASE = 15
/** Longer than any file of tests. */
const CLAIM_SECONDS = 900

export async function openPremises(urls: ServerUrls): Promise<Premises> {
  const name = `voipbin_e2e_${crypto.randomUUID().slice(0, 8)}`
  await inDatabase(urls.sql, (exec) => exec(`create database ${name}`))
  const sql = withPath(urls.sql, name)
  const engine = await openEngine({ url: sql, dataFolder: '', service: 'checker', poolSize: 2, synchronous: 'NORMAL' })
  const { url: cache, release } = await claimCache(urls.cache)
  await flushCache(cache)
  const isOurs = await areOurs(urls)
  if (isOurs) {
    await servers(urls, 'ctl', 'add_vhost', name)
    await servers(urls, 'ctl', 'set_permissions', '-p', name, new URL(urls.bus).username, '.*', '.*', '.*')
  }
  return {
    urls: { sql, cache, bus: isOurs ? withPath(urls.bus, name) : urls.bus },
    query: async (text, parameters = []) => engine.reader.all(text, parameters),
    async clearUp() {
      await engine.close()
      await inDatabase(urls.sql, (exec) => exec(`drop database ${name}`))
      await flushCache(cache)
      await release()
      if (isOurs) await servers(urls, 'ctl', 'delete_vhost', name)
    },
  }
}

function withPath(url: string, path: string): string {
  const changed = new URL(url)
  changed.pathname = path
  return changed.href
}

async function inDatabase(url: string, work: (exec: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
  const engine = await openEngine({ url, dataFolder: '', service: 'checker', poolSize: 2, synchronous: 'NORMAL' })
  try {
    await engine.withSession((connection) => work(async (text) => connection.exec(text)))
  } finally {
    await engine.close()
  }
}

export async function flushCache(url: string): Promise<void> {
  await tellRedis(url, [`SELECT ${new URL(url).pathname.slice(1) || '0'}`, 'FLUSHDB'])
}

/** A database of Redis that no other world has, of this run or of another. Claims end by themselves. */
async function claimCache(url: string): Promise<{ readonly url: string; release(): Promise<void> }> {
  for (let number = 1; number <= MAX_REDIS_DATABASE; number++) {
    const key = `voipbin-e2e-database-${number}`
    const [answer] = await tellRedis(url, [`SET ${key} claimed NX EX ${CLAIM_SECONDS}`])
    if (answer === '+OK') return { url: withPath(url, String(number)), release: async () => void (await tellRedis(url, [`DEL ${key}`])) }
  }
  throw new Error(`Cannot claim a database of "${url}": all ${MAX_REDIS_DATABASE} are in use`)
}

/** Inline commands, each answered by a line: the platform's cache has no such operations. */
function tellRedis(url: string, commands: readonly string[]): Promise<string[]> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) })
    let replies = ''
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      replies += chunk.toString()
      const lines = replies.split('\r\n').slice(0, -1)
      if (lines.length < commands.length) return
      socket.end()
      resolve(lines)
    })
    socket.write(commands.map((command) => `${command}\r\n`).join(''))
  })
}

/** Which connection consumes which queue of a vhost, as the broker sees it. */
export async function consumers(urls: ServerUrls): Promise<{ queue: string; connection: string }[]> {
  const vhost = new URL(urls.bus).pathname.slice(1)
  const channels = await servers(urls, 'ctl', '-q', '--no-table-headers', 'list_channels', 'pid', 'connection')
  const connectionOf = new Map(channels.split('\n').map((line) => line.split('\t') as [string, string]))
  const text = await servers(urls, 'ctl', '-q', '--no-table-headers', '-p', vhost, 'list_consumers', 'queue_name', 'channel_pid')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
    .map(([queue = '', channel = '']) => ({ queue, connection: connectionOf.get(channel) ?? channel }))
}
