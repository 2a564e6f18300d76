import { randomBytes } from 'node:crypto'
import { openEngine } from '@voipbin/sql'

export type MysqlDatabase = { readonly url: string; drop(): Promise<void> }

/** An empty database of its own on the server of `requireServer('sql')`. */
export async function createMysqlDatabase(serverUrl: string): Promise<MysqlDatabase> {
  const name = `voipbin_${randomBytes(6).toString('hex')}`
  await run(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(serverUrl, `DROP DATABASE ${name}`) }
}

async function run(url: string, statement: string): Promise<void> {
  const engine = await openEngine({ url, dataFolder: '', service: 'test', poolSize: 2, synchronous: 'NORMAL' })
  try {
    await engine.withSession(async (connection) => connection.exec(statement))
  } finally {
    await engine.close()
  }
}
