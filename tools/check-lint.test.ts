import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PlantedTree, plantTree } from './planted-tree.ts'

/** Plants one violation of each rule of the house that biome keeps, and the places where it must not strike. */

const lines = (count: number): string => Array.from({ length: count }, (_, index) => `  use(${index})`).join('\n')
const declareUse = `function use(value: unknown): void {\n  if (value === undefined) throw new Error('nothing')\n}\n`

const plants: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['lint/style/noProcessEnv', 'services/left/src/env.ts', 'export const home = process.env.HOME\n'],
  ['lint/style/noProcessEnv', 'apps/voipbin/src/env.ts', "export const home = process['env'].HOME\n"],
  [
    'lint/style/noRestrictedImports',
    'packages/bus/src/process.ts',
    "import process from 'node:process'\n\nexport const argv = process.argv\n",
  ],
  ['plugin', 'packages/bus/src/parts.ts', 'const { env } = process\nexport const home = env.HOME\n'],
  ['plugin', 'services/left/src/exit.ts', 'export function end(): void {\n  process.exit(1)\n}\n'],
  ['lint/style/noRestrictedGlobals', 'services/left/src/fetch.ts', "export const page = () => fetch('http://localhost')\n"],
  ['plugin', 'services/left/src/global-fetch.ts', "export const page = () => globalThis.fetch('http://localhost')\n"],
  [
    'lint/nursery/noFloatingPromises',
    'services/left/src/floating.ts',
    'async function save(): Promise<void> {}\nexport function go(): void {\n  save()\n}\n',
  ],
  ['lint/suspicious/noExplicitAny', 'services/left/src/any.ts', 'export const anything: any = 1\n'],
  ['lint/style/noNonNullAssertion', 'services/left/src/bang.ts', 'export const first = (list: string[]): string => list[0]!\n'],
  ['lint/style/noDefaultExport', 'services/left/src/default.ts', 'export default 1\n'],
  ['lint/style/noEnum', 'services/left/src/enum.ts', 'export enum Side {\n  Left,\n}\n'],
  ['lint/style/noParameterProperties', 'services/left/src/property.ts', 'export class Leg {\n  constructor(readonly id: string) {}\n}\n'],
  ['lint/performance/noBarrelFile', 'services/left/src/barrel.ts', "export * from './enum.ts'\n"],
  ['lint/suspicious/noConsole', 'services/left/src/console.ts', "console.log('x')\n"],
  ['lint/style/useFilenamingConvention', 'services/left/src/camelCase.ts', 'export const x = 1\n'],
  [
    'lint/complexity/useMaxParams',
    'services/left/src/parameters.ts',
    'export const five = (a: 1, b: 1, c: 1, d: 1, e: 1) => a + b + c + d + e\n',
  ],
  [
    'lint/complexity/noExcessiveLinesPerFunction',
    'services/left/src/long-function.ts',
    `${declareUse}export function long(): void {\n${lines(61)}\n}\n`,
  ],
  ['lint/style/noExcessiveLinesPerFile', 'services/left/src/long-file.ts', `${declareUse}${lines(400).replaceAll('  use', 'use')}\n`],
  ['format', 'services/left/src/format.ts', 'export const x = "double";\n'],
]

const allowed: readonly (readonly [file: string, text: string])[] = [
  ['packages/service-kit/src/load-config.ts', 'export const home = process.env.HOME\n'],
  [
    'packages/service-kit/src/guards.ts',
    "export const pages = [() => fetch('http://localhost'), () => globalThis.fetch('http://localhost')]\n",
  ],
  ['services/left/src/fetch-type.ts', 'export type Fetch = typeof globalThis.fetch\n'],
  ['packages/bus/src/bus.test.ts', 'export const home = process.env.HOME\n'],
  ['tools/env.ts', 'export const home = process.env.HOME\n'],
  ['apps/voipbin/src/main.ts', 'process.exit(0)\n'],
  ['vitest.config.ts', 'export default {}\n'],
  ['services/left/src/sixty.ts', `${declareUse}export function long(): void {\n${lines(58)}\n}\n`],
]

describe('biome.json', () => {
  let tree: PlantedTree
  let report = ''
  let code = 0
  beforeAll(async () => {
    tree = plantTree()
    for (const [, file, text] of plants) tree.write(file, text)
    for (const [file, text] of allowed) tree.write(file, text)
    const biome = join(import.meta.dirname, '../node_modules/.bin/biome')
    ;({ code, text: report } = await tree.run(biome, ['check', '--reporter=github', '--max-diagnostics=none', '--error-on-warnings']))
  })
  afterAll(() => tree.remove())

  test('fails the command', () => expect(code).not.toBe(0))
  test.each(plants)('catches %s in %s', (rule, file) => {
    expect(report).toMatch(new RegExp(`^::error title=${rule},file=[^,]*${file},`, 'm'))
  })
  test.each(allowed)('lets %s pass', (file) => expect(report).not.toMatch(new RegExp(`^::error [^,]*,file=[^,]*${file},`, 'm')))
})
