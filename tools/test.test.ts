import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'

const pass = "test('passes', () => {})\n"
const fail = "test('fails', () => { throw new Error('on purpose') })\n"
const skip = "test.skip('is skipped', () => {})\n"
const reject = "test('forgets a rejection', () => { void Promise.reject(new Error('on purpose')) })\n"

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Runs the runner on files of its own; `e2e.` files belong to the second suite. */
function runTests(files: Readonly<Record<string, string>>): Promise<{ code: number; lastLine: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-runner-'))
  folders.push(folder)
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'vitest.config.ts'), "export default { test: { include: ['unit.*.test.ts'] } }\n")
  writeFileSync(join(folder, 'vitest.e2e.config.ts'), "export default { test: { include: ['e2e.*.test.ts'] } }\n")
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `import { test } from 'vitest'\n${text}`)
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'test.ts')], { cwd: folder }, (error, stdout) => {
      resolve({ code: error === null ? 0 : 1, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' })
    })
  })
}

describe('npm test', () => {
  test('adds up both suites', async () => {
    expect(await runTests({ 'unit.a.test.ts': pass + skip, 'e2e.b.test.ts': pass })).toEqual({
      code: 0,
      lastLine: '2 passed, 0 failed, 1 skipped',
    })
  })

  test('fails when a test fails', async () => {
    expect(await runTests({ 'unit.a.test.ts': pass, 'e2e.b.test.ts': fail })).toEqual({ code: 1, lastLine: '1 passed, 1 failed' })
  })

  test('counts a file that cannot be loaded as failed', async () => {
    expect(await runTests({ 'unit.a.test.ts': pass, 'unit.b.test.ts': "throw new Error('on purpose')\n" })).toEqual({
      code: 1,
      lastLine: '1 passed, 1 failed',
    })
  })

  test('counts an unhandled rejection as failed', async () => {
    expect(await runTests({ 'unit.a.test.ts': reject })).toEqual({ code: 1, lastLine: '1 passed, 1 failed' })
  })

  test('fails when nothing ran', async () => {
    expect(await runTests({})).toEqual({ code: 1, lastLine: '0 passed, 0 failed' })
    expect(await runTests({ 'unit.a.test.ts': skip })).toEqual({ code: 1, lastLine: '0 passed, 0 failed, 1 skipped' })
  })
})
