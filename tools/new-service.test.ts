import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CopiedTree, copyTree } from './copied-tree.ts'

let tree: CopiedTree
let root = ''
const node = (...args: readonly string[]) => tree.node(...args)

describe('new:service', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    tree = copyTree()
    root = tree.root
    const { code, text } = await node('tools/new-service.ts', 'alarm', '--no-install')
    if (code !== 0) throw new Error(text)
    tree.linkWorkspace('services/alarm')
  }, 120_000)
  afterAll(() => tree.remove())

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
