import { randomUUID } from 'node:crypto'
import mysql from 'mysql2/promise'
import { openMysql } from '../src/mysql-engine.ts'
import type { Opened } from './test-system.ts'

/** Creates a database of its own on the test server. */
export async function createMysqlDatabase(serverUrl: string, poolSize = 4): Promise<Opened & { readonly url: string }> {
  const name = `voipbin_sql_${randomUUID().slice(0, 8)}`
  const admin = await mysql.createConnection(serverUrl)
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const engine = openMysql({ url: url.href, poolSize })
  return {
    url: url.href,
    engine,
    openAnother: async () => openMysql({ url: url.href, poolSize }),
    async close() {
      await engine.close()
      await admin.query(`DROP DATABASE ${name}`)
      await admin.end()
    },
  }
}
