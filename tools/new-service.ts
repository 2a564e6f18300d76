import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isTaken, rename, type Words, wordsOf } from './rename-example.ts'

/**
 * Usage: npm run new:service NAME [-- --no-install]
 * Makes a service that stores, lists and tells of one resource, as services/tag does: it is that service in other words, so the example
 * cannot grow stale. Writes the contract, the folder with method, store, migration and test, and the line in apps/voipbin.
 */

const contractFile = 'packages/contracts/src/tag.ts'
const serviceFolder = 'services/tag'
const registryFile = 'apps/voipbin/src/services.ts'
const biome = 'node_modules/.bin/biome'
const appManifest = 'apps/voipbin/package.json'

const read = (path: string): string => readFileSync(path, 'utf8')

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function exampleFiles(): readonly string[] {
  const entries = readdirSync(serviceFolder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [contractFile, ...files.filter((path) => !path.includes('node_modules') && !path.endsWith('README.md'))]
}

/** Agents may list tags, which is a decision about tags and not one to copy unasked. */
function withoutAgentRoutes(text: string): string {
  return text.replaceAll(/^.*\/service_agents\/.*\n/gm, '')
}

function readme({ name, plural }: Words): string {
  return `# ${name}

Keeps ${plural}: a name and a detail each, for a customer.

- **Table** \`${name}_${plural}\`: name, detail.
- **States**: none; it is there or deleted.
- **Events out**: \`${name}_created\`, \`${name}_updated\`, \`${name}_deleted\`.
- **Events in**: \`customer_deleted\`: what the customer owned is deleted, 500 a commit.
`
}

/** @throws {Error} when there is no list of services to add to */
function withEntry(registry: string, { name }: Words): string {
  const list = /(export const services\b[^=]*=\s*\{\n[\s\S]*?)(\n\})/
  if (!list.test(registry)) throw new Error(`Cannot register "${name}": there is no list of services in ${registryFile}`)
  const entry = `  ${name}: {
    contract: async () => (await import('@voipbin/contracts/${name}')).${name}Contract,
    service: async () => (await import('@voipbin/${name}')).${name}Service,
  },`
  return registry.replace(list, (_match, before: string, end: string) => `${before}\n${entry}${end}`)
}

function withDependency(manifest: string, { name }: Words): string {
  const parsed: { dependencies: Record<string, string> } = JSON.parse(manifest)
  parsed.dependencies = { ...parsed.dependencies, [`@voipbin/${name}`]: '0.1.0' }
  return `${JSON.stringify(parsed, undefined, 2)}\n`
}

function run(program: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`Cannot finish: ${[program, ...args].join(' ')} failed`, { cause: error })
}

function makeService(name: string): readonly string[] {
  const words = wordsOf(name)
  const files = exampleFiles()
  const taken = [...files.map((path) => rename(path, words)), `services/${name}`].find((path) => existsSync(path))
  if (taken !== undefined) throw new Error(`Cannot make service "${name}": "${taken}" exists`)
  const clash = files.find((path) => isTaken(withoutAgentRoutes(read(path)), words))
  if (clash !== undefined) throw new Error(`Cannot make service "${name}": the word already means something in ${clash}`)

  for (const path of files) write(rename(path, words), rename(withoutAgentRoutes(read(path)), words))
  write(`services/${name}/README.md`, readme(words))
  write(registryFile, withEntry(read(registryFile), words))
  write(appManifest, withDependency(read(appManifest), words))
  return [...files.map((path) => rename(path, words)), `services/${name}/README.md`, registryFile, appManifest]
}

const [name, ...options] = process.argv.slice(2)
if (name === undefined || name.startsWith('-')) {
  console.error('Usage: npm run new:service NAME')
  process.exit(2)
}
try {
  const written = makeService(name)
  // What the agent routes alone had imported goes; then the new words change what fits on a line and how imports sort.
  run(biome, 'lint', '--write', '--unsafe', '--only=correctness/noUnusedImports', `packages/contracts/src/${name}.ts`)
  run(biome, 'check', '--write', ...written.filter((path) => !path.endsWith('.md')))
  if (!options.includes('--no-install')) {
    run('npm', 'install', '--no-audit', '--no-fund')
    run('npm', 'run', '--silent', 'generate')
  }
  for (const path of written) console.log(path)
  console.log(`\nNext: say in services/${name}/README.md what it is for, then shape the entity in packages/contracts/src/${name}.ts.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
