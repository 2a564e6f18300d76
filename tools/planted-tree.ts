import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageLayers } from './dependency-rules.ts'

export type Outcome = { readonly code: number; readonly text: string }

export type PlantedTree = {
  readonly root: string
  write(path: string, text: string): void
  run(program: string, args: readonly string[]): Promise<Outcome>
  remove(): void
}

const checkout = join(import.meta.dirname, '..')
const everyPackage = Object.keys(packageLayers)
const declarable = [
  'zod',
  'kysely',
  'amqplib',
  'mysql2',
  'ioredis',
  'nodemailer',
  '@voipbin/left',
  '@voipbin/right',
  ...everyPackage.map((name) => `@voipbin/${name}`),
]

/** Only what the planted tree can run: other tools import services that it does not have. */
const checks = ['lint', 'check-deps.ts', 'dependency-cruiser.ts', 'dependency-rules.ts', 'source-files.ts', 'undeclared.ts', 'generate.ts']

/**
 * A small tree with the layout of the real one and no violation in it: every package, two services, two apps, one file each, and the
 * checks themselves with their settings. Planting a violation in it shows whether a check can fail at all.
 */
export function plantTree(): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'voipbin-planted-'))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const name of ['tsconfig.json', 'biome.json', '.gitignore']) cpSync(join(checkout, name), join(root, name))
  for (const name of checks) cpSync(join(checkout, 'tools', name), join(root, 'tools', name), { recursive: true })
  write('tools/generators.ts', 'export const generators = []\n')
  write('package.json', JSON.stringify({ name: 'planted', type: 'module', devDependencies: { 'dependency-cruiser': '*', vitest: '*' } }))
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name !== '@voipbin') link(join(checkout, 'node_modules', name), join(root, 'node_modules', name))
  }
  for (const name of everyPackage) addPackage(`packages/${name}`, name === 'contracts' ? './src/*.ts' : './src/index.ts')
  for (const folder of ['services/left', 'services/right', 'apps/voipbin', 'apps/console']) addPackage(folder, './src/index.ts')

  function addPackage(folder: string, target: string): void {
    const name = `@voipbin/${folder.split('/')[1]}`
    const dependencies = Object.fromEntries(declarable.map((dependency) => [dependency, '*']))
    const exports = target.includes('*') ? { './*': target } : { '.': target }
    write(`${folder}/package.json`, `${JSON.stringify({ name, type: 'module', exports, dependencies }, undefined, 2)}\n`)
    write(`${folder}/src/index.ts`, `export const name = '${name}'\n`)
    link(join(root, folder), join(root, 'node_modules', name))
  }

  return { root, write, run: (program, args) => run(root, program, args), remove: () => rmSync(root, { recursive: true }) }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function run(cwd: string, program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, text: stdout + stderr })
    })
  })
}
