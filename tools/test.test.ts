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

const oneLane = "export default { test: { include: ['e2e.*.test.ts'] } }\n"

/** Runs the runner on files of its own; `e2e.` files belong to the second suite. */
async function runTests(files: Readonly<Record<string, string>>, e2e = oneLane): Promise<{ code: number; lastLine: string }> {
  const { code, lastLine } = await runAll(files, e2e)
  return { code, lastLine }
}

type Run = { readonly code: number; readonly lastLine: string; readonly lines: readonly string[] }

function runAll(files: Readonly<Record<string, string>>, e2e = oneLane): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-runner-'))
  folders.push(folder)
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'vitest.config.ts'), "export default { test: { include: ['unit.*.test.ts'] } }\n")
  writeFileSync(join(folder, 'vitest.e2e.config.ts'), e2e)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `import { test } from 'vitest'\n${text}`)
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, 'test.ts')], { cwd: folder }, (error, stdout) => {
      const lines = stdout.trimEnd().split('\n')
      resolve({ code: error === null ? 0 : 1, lastLine: lines.at(-1) ?? '', lines })
    })
  })
}

describe('npm test', { timeout: 60_000 }, () => {
  test('adds up both suites', async () => {
    expect(await runTests({ 'unit.a.test.ts': pass + skip, 'e2e.b.test.ts': pass })).toEqual({
      code: 0,
      lastLine: '2 passed, 0 failed, 1 skipped',
    })
  })

  test('runs lanes side by side, and adds them up with those of later', async () => {
    const lane = (name: string, order: number) =>
      `{ test: { name: '${name}', include: ['e2e.${name}.test.ts'], maxWorkers: 1, sequence: { groupOrder: ${order} } } }`
    const lanes = `export default { test: { projects: [${lane('a', 1)}, ${lane('b', 1)}, ${lane('c', 2)}] } }\n`
    // Each waits for a file that the other writes: one after the other, neither would ever pass.
    const meet = (mine: string, others: string) =>
      `import { existsSync, writeFileSync } from 'node:fs'
       test('meets', async () => {
         writeFileSync('${mine}', '')
         while (!existsSync('${others}')) await new Promise((resolve) => setTimeout(resolve, 10))
       }, 15_000)\n`
    const files = { 'e2e.a.test.ts': meet('a', 'b'), 'e2e.b.test.ts': meet('b', 'a'), 'e2e.c.test.ts': fail + skip }
    expect(await runTests(files, lanes)).toEqual({ code: 1, lastLine: '2 passed, 1 failed, 1 skipped' })
  })

  test('fails when a test fails, and says at its end which and why', async () => {
    const { lines, ...result } = await runAll({ 'unit.a.test.ts': pass + fail, 'e2e.b.test.ts': pass })
    expect(result).toEqual({ code: 1, lastLine: '2 passed, 1 failed' })
    const from = lines.indexOf('FAILED unit.a.test.ts > fails')
    expect(from).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('vitest.e2e.config.ts')))
    expect(lines[from + 1]).toBe('  Error: on purpose')
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
