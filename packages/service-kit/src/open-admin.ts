import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AdminParts, type AdminServer, startAdminServer } from './admin-server.ts'

export type Admin = AdminServer & {
  /** Leaves address and token in the data folder, once the folder is known to be this process's own. */
  announce(): void
}

/** Opens the admin port; its address and token are for `voipbin`'s operator commands, readable by the owner only. */
export async function openAdmin(dataDir: string, parts: Omit<AdminParts, 'token'>): Promise<Admin> {
  const token = randomBytes(24).toString('base64url')
  const server = await startAdminServer({ ...parts, token })
  const file = join(dataDir, 'admin.json')
  let isAnnounced = false
  return {
    ...server,
    announce() {
      mkdirSync(dataDir, { recursive: true })
      // Never half written, and never with the access rights of a file that was there before.
      writeFileSync(`${file}.new`, `${JSON.stringify({ url: server.url, token, pid: process.pid })}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
      isAnnounced = true
    },
    async close() {
      if (isAnnounced) rmSync(file, { force: true })
      await server.close()
    },
  }
}
