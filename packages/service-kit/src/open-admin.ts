import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AdminParts, type AdminServer, startAdminServer } from './admin-server.ts'

/** Opens the admin port and leaves its address and token for `voipbin`'s operator commands, readable by the owner only. */
export async function openAdmin(dataDir: string, parts: Omit<AdminParts, 'token'>): Promise<AdminServer> {
  const token = randomBytes(24).toString('base64url')
  const server = await startAdminServer({ ...parts, token })
  const file = join(dataDir, 'admin.json')
  mkdirSync(dataDir, { recursive: true })
  // Never half written, and never with the access rights of a file that was there before.
  writeFileSync(`${file}.new`, `${JSON.stringify({ url: server.url, token, pid: process.pid })}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return {
    ...server,
    async close() {
      rmSync(file, { force: true })
      await server.close()
    },
  }
}
