import { createHash, randomBytes } from 'node:crypto'
import { addMilliseconds } from '@voipbin/contracts/time'
import { asciiColumn, type Schema, timeColumn } from './schema.ts'
import type { Read, Tx } from './tx.ts'

/**
 * Secrets that each open one thing once, such as those sent by mail. Only their SHA-256 is kept, so that whoever reads the
 * database can open nothing.
 */
export type OneTimeTokens = {
  /** @returns 64 hex characters, stored nowhere: hand them on after the commit, never in a job's payload */
  issue(tx: Tx, subject: string, lifeMs: number): Promise<string>
  /** Whom the token is for, undefined where it opens nothing (any more). */
  find(read: Read, token: string): Promise<string | undefined>
  /** The same, and the token is used up, with all others of its subject. One of two who take it at once gets it. */
  take(tx: Tx, token: string): Promise<string | undefined>
  /** Tokens of a subject that can still be used. */
  count(read: Read, subject: string): Promise<number>
  /** What a subject's tokens were issued for is no longer so. */
  forget(tx: Tx, subject: string): Promise<void>
}

const OCTETS = 32
const FORM = /^[0-9a-f]{64}$/
const LONGEST_SUBJECT = 64

export function oneTimeTokens(table: string): OneTimeTokens {
  async function find(read: Read, token: string): Promise<string | undefined> {
    if (!FORM.test(token)) return undefined
    const rows = await read.connection.all(`SELECT subject FROM ${table} WHERE token_hash = ? AND tm_expire > ?`, [hashOf(token), read.now])
    return rows[0] && String(rows[0]['subject'])
  }
  return {
    find,
    async issue(tx, subject, lifeMs) {
      const token = randomBytes(OCTETS).toString('hex')
      await tx.connection.run(`DELETE FROM ${table} WHERE tm_expire <= ?`, [tx.now])
      await tx.connection.run(`INSERT INTO ${table} (token_hash, subject, tm_expire) VALUES (?, ?, ?)`, [
        ...[hashOf(token), subject, addMilliseconds(tx.now, lifeMs)],
      ])
      return token
    },
    async take(tx, token) {
      const subject = await find(tx, token)
      if (subject === undefined) return undefined
      const taken = await tx.connection.run(`DELETE FROM ${table} WHERE token_hash = ?`, [hashOf(token)])
      if (taken !== 1) return undefined
      await tx.connection.run(`DELETE FROM ${table} WHERE subject = ?`, [subject])
      return subject
    },
    async count(read, subject) {
      const rows = await read.connection.all(`SELECT count(*) AS total FROM ${table} WHERE subject = ? AND tm_expire > ?`, [
        subject,
        read.now,
      ])
      return Number(rows[0]?.['total'])
    },
    async forget(tx, subject) {
      await tx.connection.run(`DELETE FROM ${table} WHERE subject = ?`, [subject])
    },
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The table, for a migration. */
export async function createTokenTable(schema: Schema, table: string): Promise<void> {
  const columns = { token_hash: asciiColumn(64), subject: asciiColumn(LONGEST_SUBJECT), tm_expire: timeColumn() }
  await schema.createTable(table, columns, { primaryKey: ['token_hash'] })
  await schema.createIndex(table, ['subject'])
  await schema.createIndex(table, ['tm_expire'])
}
