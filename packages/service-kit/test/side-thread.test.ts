import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Platform } from '@voipbin/service-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startBeside } from './beside/start.ts'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { shopContract } from './shop/contract.ts'

let dataDir: string
let platform: Platform | undefined
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-beside-'))
})
afterEach(async () => {
  await platform?.close()
  platform = undefined
  rmSync(dataDir, { recursive: true })
  vi.unstubAllEnvs()
})

const start = async (): Promise<Platform> => {
  platform = await startBeside(dataDir)
  return platform
}
const letters = async ({ caller }: Platform) =>
  (await caller.clients(mailContract).listLetters({ customer_id, page_size: 10, page_token: '' })).result.map(({ text }) => text)
const order = ({ caller }: Platform, name: string) => caller.clients(shopContract).createOrder({ customer_id, name, amount: 1 })

test('a service of another thread hears and answers as one of this, and keeps what it wrote', async () => {
  const first = await start()
  expect(first.services.map(({ name }) => name)).toEqual(['shop'])
  await order(first, 'a')
  await expect.poll(() => letters(first)).toEqual(['for a'])
  await order(first, 'b')
  await first.close()
  const second = await start()
  await expect.poll(() => letters(second)).toEqual(['for b', 'for a'])
})

test('its database is asked after with the others, and its metrics are told with the others', async () => {
  const { adminUrl, health, ...rest } = await start()
  expect(Object.keys((await health()).checks)).toEqual(['bus', 'cache', 'sql:shop', 'sql:mail'])
  await letters({ adminUrl, health, ...rest })
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const jobs = text.split('\n').filter((line) => line.includes('voipbin_jobs'))
  expect(jobs.filter((line) => line.startsWith('# TYPE'))).toHaveLength(1)
  expect(jobs.filter((line) => /service="(shop|mail)",state="waiting"/.test(line))).toHaveLength(2)
  expect(text).toContain('voipbin_request_seconds_count{service="mail",method="listLetters"} 1')
})

test('what keeps it from starting keeps the process from it, and leaves nothing open', async () => {
  vi.stubEnv('MAIL_REFUSES', 'yes')
  await expect(start()).rejects.toMatchObject({ name: 'SettingError', message: 'Cannot read setting "MAIL_REFUSES"' })
  vi.unstubAllEnvs()
  expect(await letters(await start())).toEqual([])
})

test('what is wrong with its database is said with its cause', async () => {
  writeFileSync(join(dataDir, 'mail.db'), 'No database at all, whatever its name says')
  await expect(start()).rejects.toMatchObject({
    message: expect.stringContaining('mail.db'),
    cause: { message: 'file is not a database' },
  })
})

test('what goes wrong in it ends the process, with its words', async () => {
  const app = join(import.meta.dirname, 'beside', 'app.ts')
  const ended = promisify(execFile)(process.execPath, [app, dataDir], { timeout: 20_000 })
  await expect(ended).rejects.toMatchObject({
    code: expect.any(Number),
    killed: false,
    stderr: expect.stringContaining('This thread cannot go on'),
  })
})
