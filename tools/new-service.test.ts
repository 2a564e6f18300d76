import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const checkout = join(import.meta.dirname, '..')
const rootFiles = ['package.json', 'tsconfig.json', 'biome.json', '.gitignore', 'vitest.config.ts']
const folders = ['packages', 'services', 'apps', 'tools', 'e2e', 'bench']

let root = ''

/** The whole tree, with links to the installed packages, and links of its own to its workspaces, as `npm install` would make. */
function copyTree(): string {
  const target = mkdtempSync(join(tmpdir(), 'voipbin-new-service-'))
  for (const name of rootFiles) cpSync(join(checkout, name), join(target, name))
  for (const name of folders.filter((folder) => existsSync(join(checkout, folder)))) {
    cpSync(join(checkout, name), join(target, name), { recursive: true, filter: (path) => !path.includes('node_modules') })
  }
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name !== '@voipbin') link(join(checkout, 'node_modules', name), join(target, 'node_modules', name))
  }
  for (const workspace of ['packages', 'services', 'apps']) {
    for (const name of readdirSync(join(target, workspace))) {
      link(join(target, workspace, name), join(target, 'node_modules/@voipbin', name))
      const nested = join(checkout, workspace, name, 'node_modules')
      if (existsSync(nested)) link(nested, join(target, workspace, name, 'node_modules'))
    }
  }
  return target
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function node(...args: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, text: stdout + stderr })
    })
  })
}

describe('new:service', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    root = copyTree()
    const { code, text } = await node('tools/new-service.ts', 'alarm', '--no-install')
    if (code !== 0) throw new Error(text)
    link(join(root, 'services/alarm'), join(root, 'node_modules/@voipbin/alarm'))
  }, 120_000)
  afterAll(() => rmSync(root, { recursive: true }))

  test('makes the anatomy of a service', () => {
    expect(readdirSync(join(root, 'services/alarm'), { recursive: true })).toEqual(
      expect.arrayContaining([
        'README.md',
        'package.json',
        'src/index.ts',
        'src/methods/create-alarm.ts',
        'src/migrations/0001-create-alarms.ts',
        'src/store/alarms.ts',
        'test/alarm.test.ts',
      ]),
    )
    expect(readFileSync(join(root, 'packages/contracts/src/alarm.ts'), 'utf8')).toContain("'GET /alarms/:id'")
    expect(readFileSync(join(root, 'apps/voipbin/src/services.ts'), 'utf8')).toContain("import('@voipbin/alarm')")
    expect(readFileSync(join(root, 'apps/voipbin/package.json'), 'utf8')).toContain('"@voipbin/alarm": "0.1.0"')
  })

  test('leaves no word of the example behind', async () => {
    for (const file of readdirSync(join(root, 'services/alarm'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.\w+$/.test(name),
    )) {
      expect(readFileSync(join(root, 'services/alarm', file), 'utf8')).not.toMatch(/(?<![a-z])tags?(?![a-z])|Tags?(?![a-z])/)
    }
  })

  test('makes what compiles', async () => {
    expect(await node('node_modules/typescript/bin/tsc', '-p', '.', '--singleThreaded')).toEqual({ code: 0, text: '' })
  })

  test('makes what passes lint, format and dependency rules', async () => {
    const paths = ['services/alarm', 'packages/contracts/src/alarm.ts', 'apps/voipbin/src/services.ts', 'apps/voipbin/package.json']
    expect(await node('node_modules/.bin/biome', 'check', '--error-on-warnings', ...paths)).toMatchObject({ code: 0 })
    expect((await node('tools/check-deps.ts')).text).not.toContain('alarm')
  })

  test('makes what passes its test', async () => {
    expect(await node('node_modules/vitest/vitest.mjs', 'run', 'services/alarm')).toMatchObject({ code: 0 })
  })

  test('refuses a name that is there already, or means something else, and changes nothing', async () => {
    const registry = readFileSync(join(root, 'apps/voipbin/src/services.ts'), 'utf8')
    expect(await node('tools/new-service.ts', 'alarm')).toMatchObject({ code: 1, text: expect.stringContaining('exists') })
    expect(await node('tools/new-service.ts', 'query')).toMatchObject({ code: 1, text: expect.stringContaining('already means something') })
    expect(await node('tools/new-service.ts', '../up')).toMatchObject({ code: 1, text: expect.stringContaining('Cannot name a service') })
    expect(readFileSync(join(root, 'apps/voipbin/src/services.ts'), 'utf8')).toBe(registry)
  })
})
